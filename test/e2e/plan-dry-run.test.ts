import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { COUNTRY, planInput, planPlatform, strip } from '../support/plan-platform.ts';
import { BASEMAP, TILES } from '../support/tile-runs.ts';

const SUBMIT = /\/submitJob$/;
const READ = /\/(?:generateToken|tokens\/|info|services|System|jobs|tile)/;

describe('a plan after its dry run', () => {
  for (const [what, more] of [
    ['of one scale and an extent', { inputService: COUNTRY, updateExtent: strip(5, { rows: 2 }) }],
    [
      'of some scales and an area with a hole',
      { inputService: BASEMAP, updateExtent: undefined, areaOfInterest: holed() },
    ],
    ['of a whole cache', { inputService: BASEMAP, updateExtent: undefined }],
  ] as const) {
    it(`${what} does exactly what was said, and the dry run sent nothing but reads`, async (t) => {
      const platform = await planPlatform(t);
      const { emulator } = platform;
      const input = JSON.parse(JSON.stringify({ ...planInput(platform, 5), plan: { maxTilesPerJob: 256 }, ...more }));
      const submits = () => emulator.requests.filter(({ path }) => SUBMIT.test(path));

      const dry = platform.start(TILES, { ...input, dryRun: true }, 'dry');
      await platform.idle();
      const sent = emulator.requests.map(({ method, path }) => `${method} ${path}`);
      const run = platform.start(TILES, input, 'run');
      await platform.idle();

      assert.equal(run.status, 'SUCCEEDED', `${run.error} ${run.cause}`);
      const { would, wouldMore = 0, plan } = Object(dry.output);
      for (const request of sent) assert.doesNotMatch(request, /submitJob|\/cancel|clear|delete/i);
      for (const request of sent) assert.match(request, READ);
      assert.equal(submits().length, plan.units);
      assert.equal(would.length + wouldMore, plan.units);
      for (const [index, { url, parameters }] of would.entries()) {
        const request = submits()[index];
        assert.equal(new URL(url).pathname, encodeURI(request?.path ?? ''));
        const { token: _token, f: _format, ...form } = request?.form ?? {};
        const { token: _none, ...said } = parameters;
        assert.deepEqual(form, said);
      }
      const { expectedSeconds: _seconds, basis: _basis, done, ...figures } = Object(run.output).plan;
      assert.deepEqual({ ...figures, done: 0 }, plan);
      assert.equal(done, plan.units);
      const since = run.startedAt;
      const made = emulator.tiles.list(input.inputService).filter(({ madeAt }) => madeAt >= since);
      assert.equal(made.length, plan.tiles);
    });
  }
});

describe('the dry run of a plan', () => {
  it('is refused for a window that the settings do not have, as the run is, and says where a confirmation is needed', async (t) => {
    const settings = { sites: { 'city-gis': { maxTiles: 100 } } };
    const platform = await planPlatform(t, { settings });
    const { url, username, password } = platform.emulator;
    platform.newTarget({ vendor: 'arcgis', url, username, password }, 'city-gis');
    const input = { ...planInput(platform, 1), target: 'city-gis', dryRun: true };

    const windowed = platform.start(TILES, { ...input, plan: { window: 'nights' } }, 'windowed');
    const large = platform.start(TILES, input, 'large');
    const confirmed = platform.start(TILES, { ...input, confirmTiles: 128 }, 'confirmed');
    await platform.idle();

    assert.equal(windowed.error, 'InvalidInputError', windowed.cause);
    assert.match(String(windowed.cause), /no window \W*nights/);
    assert.match(Object(large.output).notes.join('\n'), /^confirmTiles: The plan has 128 tiles/m);
    assert.doesNotMatch(JSON.stringify(confirmed.output), /confirmTiles/);
  });
});

/** In WGS 84: half of Europe, without its middle. */
function holed() {
  const square = (west: number, south: number, east: number, north: number) => [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
  return { type: 'Polygon', coordinates: [square(-20, 30, 40, 70), square(-5, 40, 25, 60).toReversed()] };
}
