import type { Sample } from './cold-starts.ts';
import type { PeerRun } from './peers.ts';
import { type Measure, spreadText } from './report.ts';
import { ratioOf, type Spread, spreadOf } from './statistics.ts';
import { FUNCTIONS, type Variant } from './variants.ts';

type Samples = Map<string, Sample[]>;

interface Results {
  bundles: Variant[];
  offline: Samples;
  whole: Samples;
  warm: Samples;
  peers: { ours: PeerRun[]; esri: PeerRun[] };
}

const OPERATION = 'clear-rest-cache';

/** The table that docs/performance.md shows: every measure with its target, its limit and what was seen. */
export function measuresOf({ bundles, offline, whole, warm, peers }: Results): (Measure & Record<string, string>)[] {
  const offlineRatios = FUNCTIONS.map((name) => ratio(offline, name, 'empty', 'totalMs'));
  const largest = Math.max(...bundles.filter(({ name }) => FUNCTIONS.includes(name)).map(({ gzipBytes }) => gzipBytes));
  const layersUs = differences(warm, 'layers', 'empty', 'warmUs');
  const lag = ratioOf(
    peers.ours.map(({ lagSeconds }) => lagSeconds),
    peers.esri.map(({ lagSeconds }) => lagSeconds),
  );
  return [
    row('cold start and first call without network / empty', '3.0x', '4.0x', rangeText(offlineRatios)),
    row('cold operation / raw undici', '1.3x', '1.6x', ratioText(whole, OPERATION, 'raw-undici')),
    row('cold operation / naive stack', '0.5x', '0.65x', ratioText(whole, OPERATION, 'naive')),
    row('largest bundle, gzip', '220 kB', '300 kB', `${(largest / 1000).toFixed(0)} kB`),
    row('warm, all but the network', '15 us', '40 us', spreadText(spreadOf(layersUs), ' us', 1)),
    row(
      'peak memory, cold operation / empty',
      '1.5x',
      '1.8x',
      spreadText(ratio(whole, OPERATION, 'empty', 'peakMiB'), 'x'),
    ),
    row('requests to token, clear and submit / Esri', 'fewer', 'equal', requestsText(peers)),
    row('polls of jobs of 1-9 s / Esri', '', '', `${pollsOf(peers.ours)} / ${pollsOf(peers.esri)}`),
    row('lag after such a job / Esri', '0.3x', '0.5x', spreadText(lag, 'x')),
  ];
}

function row(measure: string, target: string, limit: string, seen: string) {
  return { measure, target, limit, seen };
}

function values(samples: Samples, name: string, key: 'totalMs' | 'warmUs' | 'peakMiB'): number[] {
  return (samples.get(name) ?? []).map((sample) => sample[key]);
}

function ratio(samples: Samples, name: string, reference: string, key: 'totalMs' | 'peakMiB'): Spread {
  return ratioOf(values(samples, name, key), values(samples, reference, key));
}

function ratioText(samples: Samples, name: string, reference: string): string {
  return spreadText(ratio(samples, name, reference, 'totalMs'), 'x');
}

/** The least and the most of several, each with its quartiles. */
function rangeText(ratios: Spread[]): string {
  const sorted = ratios.toSorted((one, other) => one.median - other.median);
  const [least, most] = [sorted.at(0), sorted.at(-1)];
  return [least, most]
    .flatMap((ratioOfOne) => ratioOfOne ?? [])
    .map((each) => spreadText(each, 'x'))
    .join(' to ');
}

function differences(samples: Samples, name: string, reference: string, key: 'warmUs'): number[] {
  const references = values(samples, reference, key);
  return values(samples, name, key).map((value, round) => value - (references[round] ?? Number.NaN));
}

function requestsText({ ours, esri }: Results['peers']): string {
  const count = (runs: PeerRun[]) => spreadOf(runs.map(({ requests }) => requests.length)).median;
  return `${count(ours)} / ${count(esri)}`;
}

function pollsOf(runs: PeerRun[]): number {
  return runs.reduce((sum, { polls }) => sum + polls, 0);
}
