import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** Maps are drawn by WebGL: by the processor, where no graphics card is wanted. A browser of root's has no sandbox. */
const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--hide-scrollbars',
  '--force-device-scale-factor=1',
  '--disable-background-networking',
  '--disable-component-update',
  '--no-first-run',
  '--remote-debugging-port=0',
];
const START_MS = 60_000;
const LOOK_MS = 100;
const SIZE = { width: 800, height: 600 };

type Result = Record<string, unknown>;

/** A page of a browser. */
export interface Page {
  /** What an expression gives there, promises waited for. */
  evaluate(expression: string): Promise<unknown>;
  /** Waits until an expression is true. */
  until(expression: string, what: string, timeoutMs: number): Promise<void>;
  /** A picture of it, as a PNG. */
  picture(): Promise<Buffer>;
  /** The addresses that it has asked for. */
  requests: string[];
  /** What it has complained of. */
  complaints: string[];
}

/** A Chromium that is steered by its own protocol. */
export interface Browser {
  open(url: string): Promise<Page>;
  close(): Promise<void>;
}

export async function startBrowser(chromium: string): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'cache-ops-browser-'));
  const child = spawn(chromium, [...FLAGS, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const socket = new WebSocket(await addressOf(child));
  await once(socket, 'open');
  const connection = new Connection(socket);
  return {
    async open(url) {
      // A window of its own: a page behind another one is not drawn.
      const window = { url: 'about:blank', newWindow: true, ...SIZE };
      const { targetId } = await connection.ask('Target.createTarget', window);
      const { sessionId } = await connection.ask('Target.attachToTarget', { targetId, flatten: true });
      return await openPage(connection, String(sessionId), url);
    },
    async close() {
      socket.close();
      const ended = once(child, 'exit');
      child.kill();
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function addressOf({ stderr }: ChildProcess): Promise<string> {
  if (stderr === null) throw new Error('no stderr');
  const said: string[] = [];
  const timer = setTimeout(() => stderr.destroy(), START_MS);
  for await (const line of createInterface(stderr)) {
    said.push(line);
    const [, address] = /DevTools listening on (ws:\S+)/.exec(line) ?? [];
    if (address === undefined) continue;
    clearTimeout(timer);
    return address;
  }
  throw new Error(`The browser did not start: ${said.slice(-5).join('\n')}`);
}

/** The DevTools protocol over one WebSocket. */
class Connection {
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, { resolve: (result: Result) => void; reject: (error: Error) => void }>();
  readonly #listeners = new Set<(sessionId: string, method: string, params: Result) => void>();
  #last = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const { id, result, error, sessionId, method, params } = JSON.parse(data);
      if (id === undefined) {
        for (const listener of this.#listeners) listener(sessionId, method, params);
        return;
      }
      const { resolve, reject } = this.#answers.get(id) ?? {};
      this.#answers.delete(id);
      if (error) reject?.(new Error(error.message));
      else resolve?.(result);
    });
  }

  ask(method: string, params: object = {}, sessionId?: string): Promise<Result> {
    this.#last += 1;
    const id = this.#last;
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#answers.set(id, { resolve, reject });
    this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
    return promise;
  }

  listen(sessionId: string, listener: (method: string, params: Result) => void): void {
    this.#listeners.add((from, method, params) => from === sessionId && listener(method, params));
  }
}

async function openPage(connection: Connection, sessionId: string, url: string): Promise<Page> {
  const ask = (method: string, params?: object) => connection.ask(method, params, sessionId);
  const requests: string[] = [];
  const complaints: string[] = [];
  connection.listen(sessionId, (method, params) => {
    if (method === 'Network.requestWillBeSent') requests.push(Object(params['request']).url);
    if (method === 'Network.webSocketCreated') requests.push(String(params['url']));
    if (method === 'Runtime.exceptionThrown')
      complaints.push(JSON.stringify(params['exceptionDetails']).slice(0, 1000));
    if (method === 'Runtime.consoleAPICalled' && params['type'] === 'error') {
      complaints.push(JSON.stringify(params['args']).slice(0, 1000));
    }
  });
  for (const domain of ['Network', 'Runtime', 'Page']) await ask(`${domain}.enable`);
  await ask('Page.navigate', { url });
  const evaluate: Page['evaluate'] = async (expression) => {
    const answer = await ask('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (answer['exceptionDetails']) throw new Error(JSON.stringify(answer['exceptionDetails']));
    return Object(answer['result']).value;
  };
  return {
    evaluate,
    requests,
    complaints,
    async until(expression, what, timeoutMs) {
      for (const end = Date.now() + timeoutMs; Date.now() < end; await sleep(LOOK_MS)) {
        // Nothing of the page is there at first.
        if (await evaluate(`document.body !== null && (${expression})`)) return;
      }
      const state = await evaluate('document.body.outerHTML.slice(0, 300)');
      throw new Error(`${what} did not happen within ${timeoutMs / 1000} s: ${state}\n${complaints.join('\n')}`);
    },
    async picture() {
      const { data } = await ask('Page.captureScreenshot', { format: 'png' });
      return Buffer.from(String(data), 'base64');
    },
  };
}
