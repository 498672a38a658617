import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runAsJson, runAsText } from '../../../cli/run-view.ts';
import { plainScreen } from '../../support/screens.ts';

describe('what is shown of a run', () => {
  const entry = { operation: 'clear-rest-cache', name: 'mine', status: 'succeeded', target: 'gis' };
  const arn = (account: string) => `arn:aws:states:eu-west-1:${account}:execution:clear-rest-cache:mine`;
  const url = `https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2/executions/details/${arn('111122223333')}`;

  it('ends with the address of its execution in AWS, whole on one line', () => {
    const text = runAsText({ ...entry, executionArn: arn('111122223333') }, plainScreen(60));

    assert.match(text, /^clear-rest-cache\/mine\n/);
    assert.equal(text.split('\n').at(-1), url);
    assert.partialDeepStrictEqual(runAsJson({ ...entry, executionArn: arn('111122223333') }), { consoleUrl: url });
  });

  it('has no address for a run of this machine, or of an entry that knows none', () => {
    for (const executionArn of [arn('000000000000'), undefined]) {
      assert.doesNotMatch(runAsText({ ...entry, executionArn }, plainScreen(60)), /https:/);
      assert.equal('consoleUrl' in runAsJson({ ...entry, executionArn }), false);
    }
  });

  it('says of one that has succeeded why CloudFront keeps old tiles, and nothing where it does not', () => {
    const failure = { edge: { distributionId: 'E1' }, Error: 'CloudFront.AccessDeniedException', Cause: 'no right' };
    const failed = { ...entry, edgeFailure: JSON.stringify(failure) };

    const text = runAsText(failed, plainScreen(200));

    assert.match(text, /CloudFront +E1 keeps old tiles: CloudFront\.AccessDeniedException: no right/);
    assert.partialDeepStrictEqual(runAsJson(failed), { edgeFailure: failure });
    assert.doesNotMatch(runAsText(entry, plainScreen(200)), /CloudFront/);
  });
});
