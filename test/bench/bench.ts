import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startAwsEndpoint } from '../../local/aws-endpoint.ts';
import { startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { NO_DATABASE, startTestAws } from '../support/invoke.ts';
import { coldStarts, type Sample } from './cold-starts.ts';
import { measuresOf } from './measures.ts';
import { comparePeers } from './peers.ts';
import { comparePollPolicies } from './poll-policies.ts';
import { rasterTiles } from './raster-tiles.ts';
import { machine, spreadText, tableText } from './report.ts';
import { ratioOf, spreadOf } from './statistics.ts';
import { tilePlans } from './tile-plans.ts';
import { buildVariants, FUNCTIONS, type Variant } from './variants.ts';

const ROUNDS = 21;
const WARM_ROUNDS = 15;
const WARM_CALLS = 3000;
const RESULTS = fileURLToPath(new URL('../../bench-results/', import.meta.url));

/** Everything is run on this machine, from loopback; no figure of it ever fails a test. */
async function bench(folder: string) {
  const variants = await buildVariants(folder);
  const pick = (...names: string[]): Variant[] => names.flatMap((name) => variants.get(name) ?? []);
  const servers = await startServers();
  const { environment } = servers;
  process.stderr.write('cold starts without network\n');
  const offline = await coldStarts({ variants: pick('empty', ...FUNCTIONS), event: {}, rounds: ROUNDS, environment });
  process.stderr.write('cold starts of the whole operation\n');
  const whole = await coldStarts({
    variants: pick('empty', 'raw-undici', 'naive', 'clear-rest-cache'),
    // The operation is called as its state machine calls it; the others read the target.
    event: { target: 'bench', submit: { target: 'bench' } },
    rounds: ROUNDS,
    environment,
  });
  process.stderr.write('warm calls\n');
  const warm = await coldStarts({
    variants: pick('empty', 'layers'),
    event: { target: 'bench' },
    rounds: WARM_ROUNDS,
    environment,
    warmCalls: WARM_CALLS,
  });
  await servers.close();
  process.stderr.write("jobs of 1-9 s beside Esri's own client\n");
  const peers = await quietly(async () => {
    const aws = await startTestAws();
    const runs = await comparePeers(aws);
    await aws.close();
    return runs;
  });
  return {
    machine: machine(),
    bundles: [...variants.values()],
    offline,
    whole,
    warm,
    peers,
    polls: comparePollPolicies(),
    plans: tilePlans(),
    rasters: rasterTiles(),
  };
}

/** Secrets and an ArcGIS site for the processes that are measured; this process is idle meanwhile. */
async function startServers() {
  const aws = await startAwsEndpoint(() => ({
    start: () => ({ arn: 'arn:aws:states:::execution:bench:1', startedAt: 0 }),
    find: () => undefined,
    database: NO_DATABASE,
  }));
  const emulator = await startArcgisEmulator();
  const { url, username, password } = emulator;
  aws.setSecret('cache-ops/bench', JSON.stringify({ vendor: 'arcgis', url, username, password }));
  return {
    environment: {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: aws.url,
      SECRET_PREFIX: 'cache-ops/',
    },
    close: () => Promise.all([aws.close(), emulator.close()]),
  };
}

/** The functions' log lines are not part of the report. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const print = process.stdout.write.bind(process.stdout);
  process.stdout.write = () => true;
  try {
    return await work();
  } finally {
    process.stdout.write = print;
  }
}

function coldRows(samples: Map<string, Sample[]>, reference: string) {
  const of = (name: string, key: 'totalMs' | 'loadMs' | 'callMs' | 'peakMiB') =>
    (samples.get(name) ?? []).map((sample) => sample[key]);
  return [...samples.keys()].map((name) => ({
    variant: name,
    'total ms': spreadText(spreadOf(of(name, 'totalMs')), '', 1),
    'load ms': spreadText(spreadOf(of(name, 'loadMs')), '', 1),
    'call ms': spreadText(spreadOf(of(name, 'callMs')), '', 1),
    'peak MiB': spreadText(spreadOf(of(name, 'peakMiB')), '', 1),
    [`time / ${reference}`]: spreadText(ratioOf(of(name, 'totalMs'), of(reference, 'totalMs'))),
    'ends in': samples.get(name)?.[0]?.outcome.slice(0, 40) ?? '',
  }));
}

/** `--rasters`: the tiles of new rasters alone. */
if (process.argv.includes('--rasters')) process.stdout.write(`${tableText(rasterTiles())}\n`);
else await everything();

async function everything(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'cache-ops-bench-'));
  const results = await bench(folder).finally(() => rm(folder, { recursive: true }));
  const { machine: on, bundles, offline, whole, polls, plans, rasters } = results;
  const sections: [string, string][] = [
    ['Measures', tableText(measuresOf(results))],
    ['Bundles', tableText(bundles.map(({ name, bytes, gzipBytes }) => ({ bundle: name, bytes, gzip: gzipBytes })))],
    ['Tile plans', tableText(plans)],
    ['Tiles of new rasters', tableText(rasters)],
    ['Cold, no network', tableText(coldRows(offline, 'empty'))],
    ['Cold, secret + token + clear', tableText(coldRows(whole, 'raw-undici'))],
    [
      'Polls, on a virtual clock',
      tableText(
        polls.map(({ policy, job, polls: count, transitions, dollars, lagSeconds, fitsOneExecution }) => ({
          job,
          policy,
          polls: fitsOneExecution ? count : `${count} (over 25,000 events)`,
          transitions,
          'cost $': dollars.toFixed(4),
          'mean lag s': lagSeconds.toFixed(1),
        })),
      ),
    ],
  ];
  const packages = Object.entries(on.packages).map(([name, version]) => `${name} ${version}`);
  process.stdout.write(`Node.js ${on.node} ${on.architecture}, ${on.cpus} CPUs, ${on.date}\n${packages.join(', ')}\n`);
  for (const [title, text] of sections) process.stdout.write(`\n${title}\n\n${text}\n`);
  await mkdir(RESULTS, { recursive: true });
  const plain = { ...results, offline: [...offline], whole: [...whole], warm: [...results.warm] };
  await writeFile(`${RESULTS}bench.json`, `${JSON.stringify(plain, null, 2)}\n`);
  process.stdout.write('\nThe single samples are in bench-results/bench.json.\n');
}
