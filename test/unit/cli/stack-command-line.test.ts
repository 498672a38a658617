import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { connectionFlags } from '../../../cli/cdk.ts';
import { confirm } from '../../../cli/confirm.ts';
import { inventoryIn, removedFrom } from '../../../cli/deployed-stack.ts';
import { settingsLine } from '../../../cli/settings-line.ts';
import { readStackArguments, STACK_VERBS, type StackVerb } from '../../../cli/stack-command-line.ts';
import { inventoryOf } from '../../../infra/settings/inventory.ts';
import { settingsSchema } from '../../../infra/settings/settings.ts';

const VERBS = Object.keys(STACK_VERBS) as StackVerb[];
const read = (verb: StackVerb, ...args: string[]) => readStackArguments(verb, args, {});
const refresh = { target: 'gis', serviceName: 'Landsat', serviceType: 'ImageServer', serviceFolder: 'Imagery' };
const schedule = (name: string) => ({
  name,
  operation: 'clear-rest-cache',
  expression: 'rate(1 day)',
  input: { target: 'gis' },
});

describe('the commands of the stack', () => {
  for (const verb of VERBS) {
    it(`take --settings for ${verb}, and the shipped file without it`, () => {
      assert.equal(read(verb, '--settings', 'x.yaml').settings, 'x.yaml');
      assert.equal(read(verb).settings.replaceAll('\\', '/'), 'infra/settings.yaml');
    });

    for (const args of [['-c', 'setings=x.yaml'], ['--setings', 'x.yaml'], ['x.yaml'], ['--settings']]) {
      it(`refuse ${args.join(' ')} for ${verb}`, () => {
        assert.throws(() => read(verb, ...args), { name: 'UsageError' });
      });
    }

    it(`have help for ${verb}`, () => {
      assert.throws(() => read(verb, '--help'), { name: 'HelpAsked', message: /--settings <file>/ });
    });
  }

  it('name the flag that was meant, and where flags of the CDK stand', () => {
    assert.throws(() => read('deploy', '--setings', 'x'), { message: /did you mean --settings\?/ });
    assert.throws(() => read('deploy', '--profile', 'x'), { message: /Flags of the CDK stand after a second --\./ });
  });

  it('hand on to the CDK what stands after a second --', () => {
    const { yes, cdk } = read('deploy', '--yes', '--', '--profile', 'p', '-v');

    assert.deepEqual([yes, cdk], [true, ['--profile', 'p', '-v']]);
  });

  for (const args of [
    ['-c', 'settings=x'],
    ['--context=settings=x'],
    ['--context', 'settings=x'],
    ['-a', 'x'],
    ['--app=x'],
  ]) {
    it(`refuse ${args.join(' ')} for the CDK: it would deploy something else than was said`, () => {
      assert.throws(() => read('deploy', '--', ...args), { name: 'UsageError' });
    });
  }

  for (const [name, flag] of [
    ['settings', '--settings'],
    ['call', '-c'],
    ['profile', '--profile'],
  ]) {
    it(`refuse ${flag} where npm took it, because the first -- was missing`, () => {
      assert.throws(() => readStackArguments('deploy', [], { [`npm_config_${name}`]: 'x' }), {
        name: 'UsageError',
        message: new RegExp(`npm took ${flag} for itself`),
      });
    });
  }

  it('ask AWS with the flags that say where and as whom', () => {
    const flags = ['--profile', 'p', '--force', '--region=eu-west-1', '-r', 'arn', '--require-approval', 'never', '-i'];

    assert.deepEqual(connectionFlags(flags), ['--profile', 'p', '--region=eu-west-1', '-r', 'arn', '-i']);
  });

  it('say what the settings hold', () => {
    const settings = settingsSchema.parse({
      schedules: [schedule('a'), { ...schedule('b'), enabled: false }],
      rasters: [{ refresh }],
      notifications: { email: 'gis@example.org' },
    });

    assert.equal(
      settingsLine('x.yaml', settings),
      'Settings x.yaml: 2 schedules (1 switched off), 1 raster source, mail to gis@example.org, secrets under cache-ops/',
    );
  });
});

describe('what a deployment removes', () => {
  const settings = settingsSchema.parse({
    schedules: [schedule('nightly')],
    rasters: [
      { bucket: 'my-rasters', prefix: 'größe/', refresh },
      { prefix: 'landsat/', refresh },
    ],
    events: [
      {
        name: 'after-load',
        pattern: { source: ['aws.glue'] },
        operation: 'clear-rest-cache',
        input: { target: 'gis' },
      },
    ],
    edges: [{ target: 'gis', service: 'Größe.MapServer', cloudFront: { distributionId: 'E1', paths: ['/*'] } }],
    clients: { websocket: true },
  });
  const wanted = inventoryOf(settings);

  it('is nothing where the same is deployed, in any order, and where nothing is', () => {
    const same = { ...wanted, rasters: wanted.rasters.toReversed() };

    assert.deepEqual(removedFrom(same, wanted), []);
    assert.deepEqual(removedFrom(inventoryIn('Stack CacheOps\n[+] Parameter x'), wanted), []);
  });

  it('is every schedule, source, event, edge and way to map clients that the settings do not hold', () => {
    const others = { schedules: [], rasters: wanted.rasters.slice(1), events: [], edges: [] };

    assert.deepEqual(removedFrom(wanted, others), [
      'schedule nightly',
      'raster source my-rasters, größe/: refreshes Imagery/Landsat.ImageServer of gis',
      'event after-load',
      'edge E1: invalidated after Größe.MapServer of gis',
      'WebSocket of map clients: pages that listen need its new addresses when it comes back',
    ]);
  });

  it('is a number of sources where the deployed version does not say what they are', () => {
    const diff = [
      '[-] AWS::Scheduler::ScheduleGroup Schedules/Group SchedulesGroupC7 destroy',
      '[-] AWS::Scheduler::Schedule Schedules/Schedule-weekly.x SchedulesScheduleweeklyx94 destroy',
      '[-] AWS::Events::Rule Jobs/Stopped JobsStoppedA1 destroy',
      ...[0, 1, 2].map((number) => `[-] AWS::Events::Rule Rasters/Source${number} RastersSource${number}76 destroy`),
    ].join('\n');

    assert.deepEqual(removedFrom(inventoryIn(diff), wanted), [
      'schedule weekly.x',
      '1 of 3 raster sources; the deployed version does not say which',
    ]);
  });
});

describe('a question', () => {
  for (const [typed, expected] of [
    ['y\n', true],
    ['YES\n', true],
    ['n\n', false],
    ['\n', false],
    ['yeah\n', false],
    ['', false],
  ] as const) {
    it(`is answered by ${JSON.stringify(typed)} with ${expected ? 'yes' : 'no'}`, async () => {
      const input = new PassThrough();
      const answer = confirm('Deploy?', { input, output: new PassThrough() });

      input.end(typed);

      assert.equal(await answer, expected);
    });
  }
});
