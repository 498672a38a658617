import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { handler as cancel } from '../../functions/cancel-job/handler.ts';
import { handler } from '../../functions/manage-map-server-cache-tiles/handler.ts';
import { type ArcgisEmulator, startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { invoke, startTestAws, type TestAws, work } from '../support/invoke.ts';

const SERVICE = 'Parcels.MapServer';
const extent = (xmin: number, ymin: number, xmax: number, ymax: number) => ({ xmin, ymin, xmax, ymax });
const WGS_84 = { spatialReference: { wkid: 4326 } };

/** Two groups, one without an extent of its own; names with blanks and letters of any script. */
const LAYERS = [
  { id: 0, name: 'Straßen & Wege', extent: extent(0, 0, 1000, 1000) },
  { id: 1, name: '道路 2024', extent: extent(500, 500, 3000, 2000) },
  { id: 2, name: 'Water', subLayers: [3, 4] },
  { id: 3, name: 'Rivers', extent: extent(-1000, 0, 900, 900) },
  { id: 4, name: 'Lakes', extent: extent(100, -2000, 900, 900) },
  { id: 5, name: 'Empty' },
];

describe('an update extent that the layers tell', () => {
  let aws: TestAws;
  let emulator: ArcgisEmulator;
  let target: string;
  before(async () => {
    aws = await startTestAws();
    emulator = await startArcgisEmulator();
  });
  after(() => Promise.all([aws.close(), emulator.close()]));
  beforeEach(() => {
    const { url, username, password } = emulator;
    target = aws.newTarget({ vendor: 'arcgis', url, username, password });
    emulator.requests.splice(0);
    emulator.faults.splice(0);
    const scheme = emulator.services.get('Basemap.MapServer')?.scheme;
    Object.assign(emulator.services.get(SERVICE) ?? {}, { scheme, layers: structuredClone(LAYERS) });
  });

  const run = (updateExtent: string, more: object = {}) =>
    work(handler, { target, inputService: SERVICE, updateMode: 'RECREATE_ALL_TILES', updateExtent, ...more });
  const submitted = () => emulator.requests.filter(({ path }) => path.endsWith('/submitJob')).map(({ form }) => form);
  const sentRing = () => JSON.parse(submitted()[0]?.['area_of_interest'] ?? '{}').features?.[0].geometry.rings[0];
  const layersOf = (layers: object[]) => Object.assign(emulator.services.get(SERVICE) ?? {}, { layers });

  const ring = (xmin: number, ymin: number, xmax: number, ymax: number) => [
    [xmin, ymin],
    [xmin, ymax],
    [xmax, ymax],
    [xmax, ymin],
    [xmin, ymin],
  ];

  for (const [word, sent] of [
    ['MAXOF', ring(-1000, -2000, 3000, 2000)],
    ['MINOF', ring(500, 500, 900, 900)],
    ['Straßen & Wege', ring(0, 0, 1000, 1000)],
    ['Straßen & Wege'.normalize('NFD'), ring(0, 0, 1000, 1000)],
    ['道路 2024', ring(500, 500, 3000, 2000)],
    ['Water', ring(-1000, -2000, 900, 900)],
  ] as const) {
    for (const isWhole of [true, false]) {
      it(`is that of ${word}, ${isWhole ? 'all layers asked for at once' : 'one by one where the list is not to be had'}`, async () => {
        if (!isWhole) {
          const body = '{"error":{"code":400,"message":"Invalid URL"}}';
          emulator.faults.push({ path: /\/layers$/, answer: { status: 200, body } });
        }

        const watch = Object(await run(word));

        assert.deepEqual(sentRing(), sent);
        assert.match(String(watch.notes), /^updateExtent ".+" is -?\d+ -?\d+ \d+ \d+ by the service's layers\./);
        assert.equal(/Empty/.test(String(watch.notes)), /^M...F$/.test(word));
      });
    }
  }

  for (const [what, word, layers, reason] of [
    ['no layer of that name', 'Roads', LAYERS, /has no layer "Roads"; its layers are "Straßen & Wege", "道路 2024"/],
    [
      'two of that name',
      'Same',
      [3, 8].map((id) => ({ id, name: 'Same', extent: extent(0, 0, 1, 1) })),
      /the ids 3, 8 /,
    ],
    ['a layer without an extent', 'Empty', LAYERS, /"Empty" has no extent/],
    [
      'only layers without an extent',
      'MAXOF',
      [{ id: 0, name: 'Empty' }],
      /no layer of Parcels.MapServer has an extent/,
    ],
    [
      'nothing in common',
      'MINOF',
      [
        { id: 0, name: 'West', extent: extent(0, 0, 1, 1) },
        { id: 1, name: 'East', extent: extent(1, 0, 2, 1) },
      ],
      /no area in common/,
    ],
    ['one point', 'Point', [{ id: 0, name: 'Point', extent: extent(5, 5, 5, 5) }], /encloses no area/],
    [
      'another reference',
      'MAXOF',
      [...LAYERS, { id: 9, name: 'Degrees', extent: { ...extent(0, 0, 1, 1), ...WGS_84 } }],
      /layer "Degrees" is in another spatial reference, \{"wkid":4326\}/,
    ],
    ['the display', 'DISPLAY', LAYERS, /there is no display here/],
  ] as const) {
    it(`is refused where there is ${what}, and nothing is submitted`, async () => {
      layersOf([...layers]);

      await assert.rejects(run(word), { name: 'InvalidInputError', message: reason });

      assert.deepEqual(submitted(), []);
    });
  }

  it('of an image service, which is one layer, is the whole', async () => {
    await run('MINOF', { inputService: 'Imagery/Landsat.ImageServer' });

    const [first] = sentRing();
    assert.ok(first[0] < -20_037_508 && first[1] < -20_037_508);
  });

  it('is not asked for where an area is given too', async () => {
    const areaOfInterest = { features: [{ geometry: { rings: [ring(0, 0, 5, 5)] } }] };

    const watch = await run('No such layer', { areaOfInterest });

    assert.match(String(Object(watch).notes), /updateExtent was not used/);
  });

  it('is looked up again where the job of a stopped run is sought', async () => {
    for (const earlier of [...emulator.jobs.list()]) emulator.jobs.forget(earlier);
    const since = new Date().toISOString();
    const execution = { name: 'words', startedAt: since };
    const input = { target, inputService: SERVICE, updateMode: 'RECREATE_ALL_TILES', updateExtent: 'MAXOF' };
    const { sought } = Object(await invoke(handler, { prepare: input, execution }));
    const { job } = Object(await work(handler, input));

    const attempt = { attempts: 0 };
    const found = await invoke(cancel, { find: { target, sought, since }, attempt });
    layersOf([{ id: 0, name: 'Moved', extent: extent(0, 0, 1, 1) }]);
    const moved = await invoke(cancel, { find: { target, sought, since }, attempt });

    assert.partialDeepStrictEqual(found, { found: 'yes', jobId: job.jobId });
    assert.deepEqual(moved, { found: 'no' });
  });
});
