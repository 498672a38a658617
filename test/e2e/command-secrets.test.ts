import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startArcgisEmulator } from '../../local/emulators/arcgis/arcgis-emulator.ts';
import { arcgisAddresses, arcgisSecrets } from '../../local/record.ts';
import { plantSecrets, recordSaid, startCommand as start } from '../support/local-command.ts';

const folder = mkdtempSync(join(tmpdir(), 'cache-ops-secrets-'));
const site = await startArcgisEmulator();
after(async () => {
  await site.close();
  rmSync(folder, { recursive: true });
});

const { url, username, password } = site;
const secret = { vendor: 'arcgis', url, username, password };
plantSecrets(password);

function secretsFile(targets: Record<string, object>): string {
  const file = join(folder, `${Object.keys(targets).join('-')}.json`);
  writeFileSync(file, JSON.stringify(targets));
  return file;
}

async function run(operation: string, input: object, file?: string) {
  const command = start([operation, JSON.stringify(input), ...(file === undefined ? [] : ['--secrets', file])]);
  const stdout = await command.stdout;
  const [exitCode] = await command.exited;
  return { answer: JSON.parse(stdout), shown: command.shown(), exitCode };
}

test('a target that the secrets file does not have is answered with what the file has', async () => {
  const file = secretsFile({ 'city-gis': secret, town: secret });

  const { answer, exitCode } = await run('clear-rest-cache', { target: 'ctiy-gis' }, file);

  assert.equal(exitCode, 1);
  assert.deepEqual(answer, {
    error: 'UnknownTargetError',
    message: `The file ${file} has the targets city-gis, town, and not "ctiy-gis". Did you mean city-gis?`,
  });
});

test('a job operation says the same, and what the servers in miniature are called', async () => {
  const input = { target: 'city', serviceName: 'Landsat', serviceType: 'ImageServer' };

  const { answer } = await run('refresh-service', input);

  assert.equal(answer.error, 'UnknownTargetError');
  assert.match(answer.message, /^Without --secrets the targets are arcgis and microstrategy, .* and not "city"\.$/);
});

test('keys of a secret that are not known are warned of on stderr, once, and the result stands alone on stdout', async () => {
  const file = secretsFile({ rotated: { ...secret, rotatedBy: 'nightly', masterarn: 'x' } });
  const input = { target: 'rotated', serviceFolder: 'Imagery', serviceName: 'Landsat', serviceType: 'ImageServer' };

  const { answer, shown } = await run('refresh-service', input, file);

  assert.equal(answer.status, 'succeeded');
  assert.equal(shown.match(/^Warning: .*rotatedBy, masterarn/gm)?.length, 1, shown);
  recordSaid('an address', arcgisAddresses(site));
  plantSecrets(...arcgisSecrets(site));
});
