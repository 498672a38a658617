import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { operations } from '../../infra/operations.ts';
import { readSettings } from '../../infra/settings/settings.ts';
import { stackName } from '../../infra/stack-name.ts';
import { startMicrostrategyEmulator } from '../../local/emulators/microstrategy/microstrategy-emulator.ts';
import { arcgisTargetSchema, microstrategyTargetSchema } from '../../shared/targets/target.ts';
import { synthesize } from '../infra/synthesize.ts';
import { startJobPlatform } from '../support/job-platform.ts';

const INPUTS = 'examples/inputs';
const SETTINGS = 'examples/settings';
const json = (file: string) => JSON.parse(readFileSync(file, 'utf8'));
const inputFiles = operations.flatMap(({ name }) =>
  readdirSync(`${INPUTS}/${name}`).map((file): [operation: string, file: string] => [
    name,
    `${INPUTS}/${name}/${file}`,
  ]),
);

const secretOf = (vendor: string, { url, username, password }: Record<'url' | 'username' | 'password', string>) => ({
  vendor,
  url,
  username,
  password,
});

describe('the examples', () => {
  it('have an input for every operation, and nothing beside', () => {
    assert.deepEqual(readdirSync(INPUTS).sort(), operations.map(({ name }) => name).sort());
    for (const { name } of operations)
      assert.ok(
        inputFiles.some(([operation]) => operation === name),
        name,
      );
  });

  it('have inputs that the local platform takes as dry runs', async (t) => {
    const platform = await startJobPlatform({});
    t.after(() => platform.close());
    const microstrategy = await startMicrostrategyEmulator({});
    t.after(() => microstrategy.close());
    platform.newTarget(secretOf('arcgis', platform.emulator), 'arcgis');
    platform.newTarget(secretOf('microstrategy', microstrategy), 'microstrategy');

    const runs = inputFiles.map(([operation, file]) => {
      const schema = operations.find(({ name }) => name === operation)?.inputSchema;
      assert.ok(schema);
      return { file, execution: platform.start(operation, { ...json(file), dryRun: true }) };
    });
    await platform.idle();

    for (const { file, execution } of runs) {
      assert.equal(execution.status, 'SUCCEEDED', `${file}: ${execution.error} ${execution.cause}`);
      assert.equal(Object(execution.output).status, 'planned', file);
    }
  });

  for (const file of readdirSync(SETTINGS)) {
    it(`have settings that make a stack: ${file}`, () => {
      const settings = readSettings(`${SETTINGS}/${file}`);

      const { name, idsOf } = synthesize(settings);

      assert.equal(name, stackName(settings));
      assert.equal(idsOf('AWS::Scheduler::Schedule').length, settings.schedules.length);
    });
  }

  it('have secrets that fit, with every key known', () => {
    for (const [file, schema] of [
      ['arcgis', arcgisTargetSchema],
      ['microstrategy', microstrategyTargetSchema],
    ] as const) {
      const secret = json(`examples/secrets/${file}.json`);

      assert.deepEqual(Object.keys(schema.parse(secret)).sort(), Object.keys(secret).sort());
    }
  });
});
