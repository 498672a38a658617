import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { FunctionError, InvokeReply, InvokeRequest } from './function-runner.ts';
import { record } from './record.ts';
import type { FunctionResource } from './template.ts';

const KEPT_LOG_LINES = 50;
/** Beside this file, in its language: in a package it is JavaScript. */
const RUNNER = fileURLToPath(new URL(`./function-runner${extname(import.meta.url)}`, import.meta.url));

/** The end of one invocation: the function's answer as JSON, or its error with the last lines that it logged. */
export type FunctionOutcome = { payload: string } | { error: FunctionError; log: string[] };

/** One warm process of a function; it takes one invocation at a time, as a Lambda sandbox does. */
export class FunctionProcess {
  readonly #child: ChildProcess;
  readonly #timeoutSeconds: number;
  readonly #log: string[] = [];
  readonly #exited: Promise<string>;
  alive = true;
  busy = false;

  /** `onLogLine` is told every line that the function writes. */
  constructor(
    resource: FunctionResource,
    environment: Record<string, string>,
    onLogLine: (line: string) => void = () => undefined,
  ) {
    this.#timeoutSeconds = resource.Timeout;
    this.#child = fork(RUNNER, [resource.directory, resource.Handler], {
      cwd: resource.directory,
      env: environment,
      execArgv: [],
      // A session of its own: Ctrl-C in the terminal is not for it. A function goes on when its execution is stopped.
      detached: true,
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
        record('log', line);
        onLogLine(line);
        if (line !== '') this.#log.push(line);
        this.#log.splice(0, this.#log.length - KEPT_LOG_LINES);
      });
    }
    // 'close' comes after the last of the output, so that a crash is reported with its own words.
    this.#exited = new Promise((resolve) => {
      this.#child.on('error', (error) => resolve(error.message));
      this.#child.on('close', (code, signal) => resolve(signal ? `signal: ${signal}` : `exit status ${code}`));
    }).then((how) => {
      this.alive = false;
      return String(how);
    });
  }

  /** Runs the function once. Loading the bundle counts against the time-out, which on AWS it does not. */
  async invoke(payload: string): Promise<FunctionOutcome> {
    const requestId = randomUUID();
    const request: InvokeRequest = { requestId, payload, deadlineMs: Date.now() + this.#timeoutSeconds * 1000 };
    this.busy = true;
    try {
      const reply = await this.#ask(request);
      return 'error' in reply ? { error: reply.error, log: [...this.#log] } : { payload: reply.payload };
    } finally {
      this.busy = false;
    }
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  async #ask(request: InvokeRequest): Promise<InvokeReply> {
    const { promise: replied, resolve } = Promise.withResolvers<InvokeReply>();
    const failed = (errorType: string, what: string) =>
      resolve({
        requestId: request.requestId,
        error: { errorType, errorMessage: `RequestId: ${request.requestId} Error: ${what}` },
      });
    const timer = setTimeout(() => {
      this.alive = false;
      this.#child.kill('SIGKILL');
      failed('Sandbox.Timedout', `Task timed out after ${this.#timeoutSeconds.toFixed(2)} seconds`);
    }, this.#timeoutSeconds * 1000);
    this.#child.once('message', (reply: InvokeReply) => resolve(reply));
    void this.#exited.then((how) => failed('Runtime.ExitError', `Runtime exited with error: ${how}`));
    // A process that has just ended refuses the message; its exit is the answer then.
    this.#child.send(request, () => undefined);

    const reply = await replied;
    clearTimeout(timer);
    this.#child.removeAllListeners('message');
    return reply;
  }
}
