import assert from 'node:assert/strict';
import { it } from 'node:test';
import { runAsJson, runAsText } from '../../../cli/run-view.ts';
import { plainScreen } from '../../support/screens.ts';

const entry = {
  operation: 'manage-map-server-cache-tiles',
  name: 'nightly-1',
  status: 'succeeded',
  edgeFailure: JSON.stringify({
    edge: { distributionId: 'E2EXAMPLE1ABCD', paths: { Quantity: 1, Items: ['/*'] } },
    Error: 'CloudFront.AccessDeniedException',
    Cause: 'no right',
  }),
};

it('says of a run that has succeeded why CloudFront keeps old tiles', () => {
  assert.match(
    runAsText(entry, plainScreen(200)),
    /CloudFront +E2EXAMPLE1ABCD keeps old tiles: CloudFront\.AccessDeniedException: no right/,
  );
  assert.partialDeepStrictEqual(runAsJson(entry), { edgeFailure: { edge: { distributionId: 'E2EXAMPLE1ABCD' } } });
});

it('says nothing of CloudFront where nothing failed there', () => {
  const { edgeFailure: _none, ...well } = entry;

  assert.doesNotMatch(runAsText(well, plainScreen(200)), /CloudFront/);
});
