import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CDK = fileURLToPath(import.meta.resolve('aws-cdk/bin/cdk'));
/** Flags that say where and as whom AWS is called; the other ones belong to one command. */
const CONNECTION = /^(--profile|--region|--role-arn|-r|--proxy|--ca-bundle-path)(=|$)/;

/** Runs the CDK's command line in the place of this one; gives its exit code. Ctrl-C is for the CDK to answer. */
export async function runCdk(args: readonly string[]): Promise<number> {
  const ignore = () => undefined;
  process.on('SIGINT', ignore);
  const child = spawn(process.execPath, [CDK, ...args], { cwd: ROOT, env: environment(), stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  process.off('SIGINT', ignore);
  return typeof code === 'number' ? code : 130;
}

/** The same in the background; gives what it says, of both streams. */
export async function askCdk(args: readonly string[]): Promise<{ code: number; said: string }> {
  const child = spawn(process.execPath, [CDK, ...args], {
    cwd: ROOT,
    env: { ...environment(), NO_COLOR: '1', CI: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code: Number(code ?? 1), said: stdout + stderr };
}

/** The flags for AWS among those that were given to another command. */
export function connectionFlags(cdk: readonly string[]): string[] {
  return cdk.filter((flag, index) => {
    const before = cdk[index - 1] ?? '';
    return (
      CONNECTION.test(flag) ||
      flag === '-i' ||
      flag === '--ec2creds' ||
      (CONNECTION.test(before) && !before.includes('='))
    );
  });
}

/** `cdk.json` starts `node`: it must be the one that runs this. */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter) };
}
