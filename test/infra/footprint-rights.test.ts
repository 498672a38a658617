import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { settingsSchema } from '../../infra/settings/settings.ts';
import { permissionsOf } from './permissions.ts';
import { synthesize } from './synthesize.ts';

const REFRESH = { target: 'gis', serviceName: 'Landsat', serviceType: 'ImageServer' };
const TILES = { inputService: 'Landsat.ImageServer' };
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

/** What read-footprint may do with S3 and with keys that are not the stack's. */
function rightsOf(rasters: object[]): string[] {
  return permissionsOf(synthesize({ rasters }).template.toJSON())
    .filter(({ who }) => who === 'function read-footprint')
    .flatMap(({ actions, resources, conditions }) =>
      actions
        .filter((action) => /^(s3|kms):/.test(action))
        .flatMap((action) => resources.map((resource) => [action, resource, ...conditions].join(' '))),
    )
    .filter((right) => !right.includes('key EncryptionKey'))
    .toSorted();
}

describe('what read-footprint may read', () => {
  it('is what lies below the prefixes of sources that have something read, whose bucket it may ask what there is', () => {
    const rights = rightsOf([
      { bucket: 'my-rasters', prefix: 'landsat/', refresh: REFRESH, tiles: TILES },
      { bucket: 'others', prefix: 'drone/', refresh: REFRESH },
    ]);

    assert.deepEqual(rights, [
      's3:GetObject arn:aws:s3:::my-rasters/landsat/*',
      's3:ListBucket arn:aws:s3:::my-rasters s3:prefix StringLikeIfExists landsat/*',
    ]);
  });

  it('is decrypted by the key of the source, on behalf of S3 alone', () => {
    const rights = rightsOf([{ bucket: 'my-rasters', keyArn: KEY, refresh: REFRESH, tiles: TILES }]);

    assert.deepEqual(
      rights.filter((right) => right.startsWith('kms:')),
      [`kms:Decrypt ${KEY} kms:ViaService StringEquals s3.<region>.amazonaws.com`],
    );
  });

  it('is the marker too that lies beside what begins with the prefix', () => {
    const source = { bucket: 'my-rasters', prefix: 'a/LC08_', refresh: REFRESH };

    const rights = rightsOf([{ ...source, ready: { marker: '_SUCCESS', manifest: 'manifest.json' } }]);

    assert.deepEqual(rights.slice(0, 3), [
      's3:GetObject arn:aws:s3:::my-rasters/a/LC08_*',
      's3:GetObject arn:aws:s3:::my-rasters/a/_SUCCESS',
      's3:GetObject arn:aws:s3:::my-rasters/a/manifest.json',
    ]);
  });

  it('is the bucket of the stack where a source names none', () => {
    const rights = rightsOf([{ prefix: 'landsat/', refresh: REFRESH, tiles: TILES }]);

    assert.deepEqual(rights, [
      's3:GetObject bucket RastersBucket/landsat/*',
      's3:ListBucket bucket RastersBucket s3:prefix StringLikeIfExists landsat/*',
    ]);
  });
});

describe('the settings of a raster source', () => {
  const problemsOf = (more: object) =>
    (settingsSchema.safeParse({ rasters: [{ refresh: REFRESH, ...more }] }).error?.issues ?? []).map(
      ({ path, message }) => `${path.slice(2).join('.')}: ${message}`,
    );

  it('take gate, tiles and clear, with what holds where nothing is said', () => {
    const source = {
      refresh: REFRESH,
      ready: { visible: 'Name IN ({names}) AND Category = 1' },
      tiles: { ...TILES, verify: 3 },
      clear: true,
    };

    const { rasters } = settingsSchema.parse({ rasters: [source] });

    assert.partialDeepStrictEqual(rasters[0], {
      ready: { longest: 3600 },
      tiles: { ...TILES, updateMode: 'RECREATE_ALL_TILES', scales: 'ALL', unreadable: 'fail', verify: 3 },
      clear: true,
    });
  });

  const refused: [what: string, more: object, problem: RegExp][] = [
    ['a gate of nothing', { ready: { longest: 60 } }, /^ready: must name what makes the rasters ready: marker/],
    ['a clause without names', { ready: { visible: 'Category = 1' } }, /^ready.visible: must hold \{names\}/],
    ['a marker in a folder', { ready: { marker: 'done/_SUCCESS' } }, /^ready.marker: must be the name of a file/],
    ['a service that is none', { tiles: { inputService: 'Landsat' } }, /^tiles.inputService: must be Folder/],
    ['an area', { tiles: { ...TILES, updateExtent: '0 0 1 1' } }, /^tiles.updateExtent: is set by the source itself/],
    ['another target', { tiles: { ...TILES, target: 'bi' } }, /^tiles.target: is set by the source itself/],
    ['another word', { tiles: { ...TILES, unreadable: 'ignore' } }, /^tiles.unreadable: /],
    ['a key that is not known', { tiles: { ...TILES, scale: 'ALL' } }, /^tiles.scale: unknown key/],
    [
      'a refresh of two targets',
      { refresh: { ...REFRESH, target: ['a', 'b'] } },
      /^refresh.target: must be one target/,
    ],
    ['a refresh that is dry', { refresh: { ...REFRESH, dryRun: true } }, /^refresh.dryRun: would refresh nothing/],
    [
      'a refresh that nobody waits for',
      { refresh: { ...REFRESH, waitForJobCompletion: 'DO_NOT_WAIT' } },
      /^refresh.waitForJobCompletion: the source waits/,
    ],
    ['a key without a bucket', { keyArn: KEY }, /^keyArn: is the key of a bucket of yours/],
  ];
  for (const [what, more, problem] of refused) {
    it(`refuse ${what}`, () => {
      assert.match(problemsOf(more).join('\n'), problem);
    });
  }
});
