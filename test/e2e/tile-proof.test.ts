import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import { BASEMAP, startTiles, tilePlatform } from '../support/tile-runs.ts';

const VERIFY = { verify: 3, updateMode: 'RECREATE_ALL_TILES' };
const TILE = /\/tile\/\d+\/\d+\/\d+$/;

async function proofOfRun(
  t: TestContext,
  more: object,
  change: (platform: Awaited<ReturnType<typeof tilePlatform>>) => void = () => undefined,
) {
  const platform = await tilePlatform(t, { emulator: { jobSeconds: 60 } });
  change(platform);
  const run = startTiles(platform, 'proved', { ...VERIFY, ...more });
  await platform.idle();
  assert.equal(run.status, 'SUCCEEDED', run.cause);
  const asked = platform.emulator.requests
    .filter(({ path }) => TILE.test(path))
    .map(({ path }) => path.replace(/^.*\/tile\//, ''));
  const { proof, notes = [] } = Object(run.output);
  return {
    platform,
    asked,
    proof,
    notes: notes.join('\n'),
    entry: await platform.ledger.get('manage-map-server-cache-tiles', 'proved'),
  };
}

/** Level 0 of the scheme has one tile. */
const count = (asked: string[]) => new Set(asked).size;

it('of a whole cache made anew says that each tile that was looked at has changed, and is in the entry', async (t) => {
  const { asked, proof, notes, entry } = await proofOfRun(t, {});

  assert.ok(proof.asked > 5, JSON.stringify(proof));
  assert.deepEqual(proof, { asked: proof.asked, missing: 0, changed: proof.asked, same: 0 });
  assert.equal(count(asked), proof.asked);
  assert.equal(asked.length, 2 * proof.asked);
  assert.doesNotMatch(notes, /missing/);
  assert.deepEqual(JSON.parse(String(entry?.['result'])).proof, proof);
});

it('of empty tiles made where there were none missing says that all are the same', async (t) => {
  const { proof } = await proofOfRun(t, { updateMode: 'RECREATE_EMPTY_TILES' }, ({ emulator }) => {
    assert.ok(emulator.tiles.list(BASEMAP).length > 0);
  });

  assert.equal(proof.changed + proof.missing + proof.same, proof.asked);
  assert.equal(proof.missing, 0);
});

it('of a deletion says that they are missing, and no note complains', async (t) => {
  const { proof, notes } = await proofOfRun(t, { updateMode: 'DELETE_TILES' });

  assert.deepEqual(proof, { asked: proof.asked, missing: proof.asked, changed: 0, same: 0 });
  assert.ok(proof.asked > 5);
  assert.doesNotMatch(notes, /missing/);
});

it('names tiles that are missing after they were to be made, and asks for none outside the area', async (t) => {
  const { proof, notes, asked } = await proofOfRun(
    t,
    { updateExtent: { xmin: 100, ymin: 100, xmax: 200, ymax: 200 } },
    ({ emulator }) => {
      emulator.faults.push(
        ...Array.from({ length: 500 }, () => ({ path: TILE, answer: { status: 404, body: 'Tile not found' } })),
      );
    },
  );

  assert.ok(proof.asked > 0);
  assert.equal(proof.missing, proof.asked);
  assert.match(notes, new RegExp(`${proof.missing} are missing after the run \\(level/row/column\\): 0/0/0`));
  // One tile of each level holds the small area.
  assert.equal(count(asked), new Set(asked.map((path) => path.split('/')[0])).size);
});

it('never fails a run: tiles that the server does not tell are left out', async (t) => {
  const { proof } = await proofOfRun(t, {}, ({ emulator }) => {
    emulator.faults.push(
      ...Array.from({ length: 500 }, () => ({ path: TILE, answer: { status: 500, body: 'broken' } })),
    );
  });

  assert.deepEqual(proof, { asked: 0, missing: 0, changed: 0, same: 0 });
});

it('is none where nobody waits for the job, and a note says so', async (t) => {
  const { proof, notes, asked } = await proofOfRun(t, { waitForJobCompletion: 'DO_NOT_WAIT' });

  assert.deepEqual([proof, asked], [undefined, []]);
  assert.match(notes, /^verify: no tile was looked at/m);
});
