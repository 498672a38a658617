import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startArcgisEmulator } from './arcgis/arcgis-emulator.ts';
import type { ServerCertificate } from './listen.ts';
import { startMicrostrategyEmulator } from './microstrategy/microstrategy-emulator.ts';

const PARENT_CHECK_MS = 500;
const HIGHEST_PORT = 65_535;
const USAGE =
  'usage: npm run emulators -- [--arcgis-port N] [--microstrategy-port N] [--federated | --hosted] [--certificate FILE --key FILE]';

interface Emulator {
  readonly url: string;
  readonly portalUrl?: string;
  readonly username: string;
  readonly password: string;
  close(): Promise<void>;
}

const OPTIONS = {
  'arcgis-port': { type: 'string' },
  'microstrategy-port': { type: 'string' },
  federated: { type: 'boolean' },
  hosted: { type: 'boolean' },
  certificate: { type: 'string' },
  key: { type: 'string' },
} as const;

async function serve(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS });
  const arcgisPort = readPort('--arcgis-port', values['arcgis-port']);
  const microstrategyPort = readPort('--microstrategy-port', values['microstrategy-port']);
  const certificate = readCertificate(values.certificate, values.key);
  const common = certificate ? { certificate } : {};
  const arcgis = await startOn('--arcgis-port', arcgisPort, (port) =>
    startArcgisEmulator({ ...common, port, federated: values.federated === true, hosted: values.hosted === true }),
  );
  const microstrategy = await startOn('--microstrategy-port', microstrategyPort, (port) =>
    startMicrostrategyEmulator({ ...common, port }),
  ).catch(async (error: unknown) => {
    await arcgis.close();
    throw error;
  });
  // Ctrl-C reaches this process twice, from the terminal and from npm: the second one must not cut the closing short.
  const interrupted = new Promise<void>((resolve) => {
    process.on('SIGINT', () => resolve());
    process.on('SIGTERM', () => resolve());
    // A signal to npm alone ends npm's shell, not this process: then it has a new parent.
    const parent = process.ppid;
    setInterval(() => process.ppid !== parent && resolve(), PARENT_CHECK_MS).unref();
  });
  process.stdout.write(`${JSON.stringify({ arcgis: access(arcgis), microstrategy: access(microstrategy) })}\n`);
  process.stderr.write('Emulators are ready; interrupt to stop.\n');
  await interrupted;
  await Promise.all([arcgis.close(), microstrategy.close()]);
  process.stderr.write('Emulators are closed.\n');
}

function readCertificate(certificate?: string, key?: string): ServerCertificate | undefined {
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined || key === undefined) throw new Error('--certificate and --key belong together');
  return { cert: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') };
}

function readPort(option: string, text = '0'): number {
  const port = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (port <= HIGHEST_PORT) return port;
  throw new Error(`${option} must be a port from 0 (any free one) to ${HIGHEST_PORT}, not "${text}"`);
}

async function startOn(option: string, port: number, start: (port: number) => Promise<Emulator>): Promise<Emulator> {
  try {
    return await start(port);
  } catch (error) {
    const inUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    throw inUse ? new Error(`port ${port} is in use: choose another ${option}`, { cause: error }) : error;
  }
}

function access({ url, portalUrl, username, password }: Emulator): Omit<Emulator, 'close'> {
  return { url, ...(portalUrl !== undefined && { portalUrl }), username, password };
}

try {
  await serve();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
  process.exitCode = 1;
}
