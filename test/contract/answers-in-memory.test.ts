import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import * as z from 'zod';
import { bundleFunction } from '../../infra/bundling/bundle-function.ts';
import { startTestAws, type TestAws } from '../support/invoke.ts';
import { watchOf } from '../support/watch.ts';
import { jsonAnswer, startWeatherServer, type WeatherServer } from '../support/weather-server.ts';

/** A quarter of a function's memory. */
const MAX_MORE_MIB = 64;
/** Just below what is read of an answer. */
const BYTES = 4_900_000;
const RUNNER = new URL('../bench/runner.cjs', import.meta.url).pathname;
const FUNCTIONS = ['cancel-job', 'check-job', 'manage-map-server-cache-tiles', 'purge-microstrategy-caches'];
const TASK = 'rest/services/System/CachingTools/GPServer/DeleteCache';

const sampleSchema = z.object({ outcome: z.string(), peakMiB: z.number() });

/** So many of the same, or numbered, items that they fill the bytes. */
function filled(bytes: number, item: string | ((number: number) => string)): string {
  const items: string[] = [];
  for (let length = 0; length < bytes; length += (items.at(-1) ?? '').length + 1) {
    items.push(typeof item === 'string' ? item : item(items.length));
  }
  return items.slice(0, -1).join(',');
}

const message = (type: string, text: string) =>
  JSON.stringify({ type: `esriJobMessageType${type}`, description: text });
const succeeded = (more: string) => `{"jobStatus":"esriJobSucceeded","results":{}${more === '' ? '' : `,${more}`}}`;
const page = (jobs: string) => `{"total":0,"nextStart":-1,"results":{${jobs}}}`;
const service = (lods: string) => `{"singleFusedMapCache":true,"tileInfo":{"lods":[${lods}]}}`;

interface Hostile {
  what: string;
  body: string;
  outcome: RegExp;
}

/** What a server may answer to one call of a function, and what comes of it; the first is an answer with nothing in it. */
const ANSWERS: { name: string; path: RegExp; empty: string; hostile: Hostile[] }[] = [
  {
    name: 'check-job',
    path: /\/jobs\/j1$/,
    empty: succeeded(''),
    hostile: [
      { what: 'empty messages', body: succeeded(`"messages":[${filled(BYTES, '{}')}]`), outcome: /succeeded/ },
      { what: 'messages that are lists', body: succeeded(`"messages":[${filled(BYTES, '[]')}]`), outcome: /succeeded/ },
      {
        what: 'messages that are errors',
        body: succeeded(`"messages":[${filled(BYTES, message('Error', 'no'))}]`),
        outcome: /messages hold \d{5} errors/,
      },
      {
        what: 'messages with ever new keys',
        body: succeeded(`"messages":[${filled(BYTES, (number) => `{"k${number}":0}`)}]`),
        outcome: /succeeded/,
      },
      {
        what: 'one message of many parts',
        body: succeeded(`"messages":[{"type":"esriJobMessageTypeError","x":[${filled(BYTES, '{}')}]}]`),
        outcome: /"kind":"odd"/,
      },
      {
        what: 'one message of a long text',
        body: succeeded(`"messages":[${message('Error', '%41'.repeat(BYTES / 3))}]`),
        outcome: /succeeded/,
      },
      {
        what: 'a list that nobody asked for',
        body: succeeded(`"x":[${filled(BYTES, '{}')}]`),
        outcome: /"kind":"odd"/,
      },
      {
        what: 'as many results as are read',
        body: `{"jobStatus":"esriJobSucceeded","results":{${filled(300_000, (number) => `"k${number}":{}`)}}}`,
        outcome: /succeeded/,
      },
      {
        what: 'a refusal of many parts',
        body: `{"error":{"code":500,"details":[${filled(BYTES, '[]')}]}}`,
        outcome: /"kind":"odd"/,
      },
    ],
  },
  {
    name: 'cancel-job',
    path: /\/jobs\/query\b/,
    empty: page(''),
    hostile: [
      {
        what: 'as many jobs as are read',
        body: page(filled(480_000, (number) => `"k${number}":1`)),
        outcome: /"found":"later"/,
      },
      { what: 'more jobs', body: page(filled(BYTES, (number) => `"k${number}":{}`)), outcome: /"found":"later"/ },
    ],
  },
  {
    name: 'purge-microstrategy-caches',
    path: /\/api\/projects$/,
    empty: '[]',
    hostile: [
      { what: 'empty projects', body: `[${filled(BYTES, '{}')}]`, outcome: /^VendorContractError$/ },
      {
        what: 'as many empty projects as are read',
        body: `[${filled(145_000, '{}')}]`,
        outcome: /^VendorContractError$/,
      },
      { what: 'many errors', body: `{"errors":[${filled(190_000, '1')}]}`, outcome: /^VendorContractError$/ },
    ],
  },
  {
    name: 'manage-map-server-cache-tiles',
    path: /A\/MapServer$/,
    empty: service(''),
    hostile: [
      { what: 'empty levels', body: service(filled(BYTES, '{}')), outcome: /^VendorContractError$/ },
      {
        what: 'as many empty levels as are read',
        body: service(filled(145_000, '{}')),
        outcome: /^VendorContractError$/,
      },
    ],
  },
];

describe('an answer takes a quarter of the memory of a function at most', { timeout: 120_000 }, () => {
  let aws: TestAws;
  let weather: WeatherServer;
  let folder: string;
  let asked: RegExp;
  let body: string;

  before(async () => {
    aws = await startTestAws();
    weather = await startWeatherServer();
    weather.always(/./, ({ path }) => {
      if (asked.test(path)) return { body };
      if (path.includes('/api/'))
        return { status: 204, headers: { 'x-mstr-authtoken': 'token-1', 'set-cookie': 'a=b' } };
      return jsonAnswer(path.endsWith('generateToken') ? { token: 'token-1' } : { currentVersion: 11.3 });
    });
    folder = await mkdtemp(join(tmpdir(), 'answers-'));
    for (const name of FUNCTIONS) await writeFile(join(folder, `${name}.js`), (await bundleFunction(name)).code);
  });
  after(() => Promise.all([aws.close(), weather.close(), rm(folder, { recursive: true })]));

  function eventOf(name: string): object {
    const user = { username: 'svc', password: 'correct-horse' };
    const bi = { vendor: 'microstrategy', url: `${weather.origin}/MicroStrategyLibrary`, ...user };
    if (name === 'purge-microstrategy-caches') return { submit: { target: aws.newTarget(bi), projects: ['Sales'] } };
    const target = aws.newTarget({ vendor: 'arcgis', url: `${weather.origin}/arcgis`, ...user });
    if (name === 'manage-map-server-cache-tiles')
      return { submit: { target, inputService: 'A.MapServer', updateMode: 'DELETE_TILES' } };
    if (name === 'cancel-job') {
      const sought = { taskPath: TASK, inputs: { service_url: 'A:MapServer' } };
      return { find: { target, sought, since: new Date().toISOString() }, attempt: { attempts: 0 } };
    }
    const job = {
      operation: 'delete-map-server-cache',
      target,
      service: 'A.MapServer',
      taskPath: TASK,
    };
    return watchOf(job);
  }

  /** One call by a process of its own, as a cold start is. */
  async function sample(name: string, path: RegExp, answer: string) {
    asked = path;
    body = answer;
    const script = [RUNNER, join(folder, `${name}.js`), JSON.stringify(eventOf(name)), '0'];
    const { stdout } = await promisify(execFile)(process.execPath, script);
    return sampleSchema.parse(JSON.parse(stdout));
  }

  for (const { name, path, empty, hostile } of ANSWERS) {
    it(`of ${name}`, async (t) => {
      const { peakMiB: usual } = await sample(name, path, empty);
      for (const { what, body: answer, outcome } of hostile) {
        await t.test(`with ${what}`, async () => {
          const { peakMiB, outcome: came } = await sample(name, path, answer);

          assert.ok(peakMiB - usual < MAX_MORE_MIB, `${Math.round(peakMiB)} MiB in place of ${Math.round(usual)}`);
          assert.match(came, outcome);
        });
      }
    });
  }
});
