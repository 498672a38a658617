import type { TestContext } from 'node:test';
import { invoke, type TestAws } from './invoke.ts';
import { logLines } from './log-lines.ts';
import { assertNamed, assertPrototypesUntouched } from './properties.ts';
import { type Answer, jsonAnswer, type SeenRequest, startWeatherServer } from './weather-server.ts';

export const PROJECT = 'B7CA92F04B9FAE8D941C3E9B7E0CD754';

/** The outcome of one invocation, and what it asked of the world outside. */
export interface Counted {
  result?: unknown;
  error?: Error;
  requests: SeenRequest[];
  /** How many executions were started. */
  executions: number;
}

/** A server that has a good answer to whatever it is asked, and counts. */
export interface CountingSite {
  origin: string;
  /** Targets whose secrets are good. */
  arcgis: string;
  microstrategy: string;
  /** Runs a function on an event as text; fails where its error is none of the contract's or a prototype was touched. */
  run(handler: Parameters<typeof invoke>[0], eventText: string): Promise<Counted>;
}

const ANSWERS: [path: RegExp, answer: Answer][] = [
  [/\/auth\/login$/, { status: 204, headers: { 'x-mstr-authtoken': 'session-Token-1' } }],
  [/\/(auth\/logout|caches\/(element|object)|cubes\/K%3A1|v2\/monitors\/caches\/contents.*)$/, { status: 204 }],
  [/\/iServer\/nodes$/, jsonAnswer({ nodes: [{ name: 'node-1', status: 'running' }] })],
  [
    /\/caches\/contents\?/,
    jsonAnswer({ total: 1, contentCaches: [{ K1: { id: 'a', status: { ready: true }, dbTablesUsed: ['T'] } }] }),
  ],
  [/\/caches\/cubes\?/, jsonAnswer({ total: 1, cubeCaches: [{ id: 'K:1', state: { active: true } }] })],
  [/\/api\/projects$/, jsonAnswer([{ id: PROJECT, name: 'Tutorial' }])],
  [/\/generateToken$/, jsonAnswer({ token: 'a-long-Token-1' })],
  [/\/services\/exists$/, jsonAnswer({ exists: true })],
  [/\/submitJob$/, jsonAnswer({ jobId: 'j1', jobStatus: 'esriJobSubmitted' })],
  [/\.GPServer\/jobs\/query\?/, jsonAnswer({ total: 0, nextStart: -1, results: {} })],
  [
    /./,
    jsonAnswer({
      status: 'success',
      jobStatus: 'esriJobExecuting',
      spatialReference: { wkid: 102100, latestWkid: 3857 },
      tileInfo: { lods: [{ scale: 1000 }, { scale: 500 }] },
    }),
  ],
];

export async function startCountingSite(aws: TestAws): Promise<CountingSite & { close(): Promise<void> }> {
  const server = await startWeatherServer();
  for (const [path, answer] of ANSWERS) server.always(path, answer);
  const { origin } = server;
  const login = { username: 'svc', password: 'a-Password-1' };
  return {
    origin,
    arcgis: aws.newTarget({ vendor: 'arcgis', url: `${origin}/arcgis`, ...login }),
    microstrategy: aws.newTarget({ vendor: 'microstrategy', url: `${origin}/MicroStrategyLibrary`, ...login }),
    close: server.close,
    async run(handler, eventText) {
      const counted: Counted = { requests: [], executions: 0 };
      try {
        counted.result = await invoke(handler, JSON.parse(eventText));
      } catch (error) {
        assertNamed(error);
        if (error instanceof Error) counted.error = error;
      }
      counted.requests = server.requests.splice(0);
      counted.executions = aws.executions.splice(0).length;
      assertPrototypesUntouched();
      return counted;
    },
  };
}

/** Keeps the log of thousands of runs out of the report, and out of memory. */
export function withoutLog(context: TestContext): void {
  const lines = logLines(context);
  context.after(() => lines.splice(0));
}
