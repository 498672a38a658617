import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { runInNewContext } from 'node:vm';
import * as z from 'zod';
import { inputSchema as checkTargetInput } from '../../functions/check-target/input.ts';
import { MAKE_REGISTRY } from '../../infra/constructs/make-registry.ts';
import { operations } from '../../infra/operations.ts';
import { testEventsOf } from '../../infra/test-events.ts';
import { machinesOf } from './machines.ts';
import { synthesize } from './synthesize.ts';

const REFRESH = { target: 'gis', serviceName: 'A', serviceType: 'ImageServer' };
const SCHEDULE = { name: 'daily', operation: 'clear-rest-cache', expression: 'rate(1 day)', input: { target: 'gis' } };
const settings = {
  rasters: [{ refresh: REFRESH }],
  schedules: [SCHEDULE],
  notifications: { email: 'gis-team@example.org' },
  clients: { websocket: true },
};
const stack = synthesize(settings);
const folders = readdirSync('functions');
const contentSchema = z.object({
  openapi: z.literal('3.0.0'),
  components: z.object({ examples: z.record(z.string(), z.object({ value: z.unknown() })) }),
});
const schemasOf = () =>
  stack
    .idsOf('AWS::EventSchemas::Schema')
    .map((id) => stack.resources.get(id)?.Properties ?? {})
    .filter(({ Type }) => Type === 'OpenApi3');

describe('the shared test events', () => {
  it('are there for every function, where the console of Lambda looks for them', () => {
    const schemas = schemasOf();

    assert.equal(schemas.length, folders.length);
    for (const { RegistryName, SchemaName, Type, Content } of schemas) {
      assert.deepEqual([RegistryName, Type], ['lambda-testevent-schemas', 'OpenApi3']);
      assert.match(JSON.stringify(SchemaName), /_.*Function.*-schema/);
      const { examples } = contentSchema.parse(JSON.parse(String(Content))).components;
      assert.ok(Object.keys(examples).length > 0);
      // People's own events are beside them.
      for (const name of Object.keys(examples)) assert.match(name, /^cache-ops-[a-z0-9-]+$/);
    }
  });

  for (const { name, inputSchema } of [...operations, { name: 'check-target', inputSchema: checkTargetInput }]) {
    it(`are inputs that ${name} takes`, () => {
      for (const [event, value] of Object.entries(testEventsOf(name))) {
        assert.deepEqual(z.safeParse(inputSchema, value).error, undefined, event);
      }
    });
  }

  it('are dry runs for every operation that knows them', () => {
    for (const { name, inputSchema } of operations) {
      for (const [event, value] of Object.entries(testEventsOf(name))) {
        const knowsDryRuns = z.safeParse(inputSchema, { ...value, dryRun: true }).success;
        assert.equal(value['dryRun'] === true, knowsDryRuns, event);
      }
    }
  });
});

describe('the comments of the machines', () => {
  for (const [name, { json }] of machinesOf(settings)) {
    it(`say what ${name} is for, with an input to begin with`, () => {
      const { Comment, StartAt, States } = Object(json);
      const [, sentence, example = ''] = /^(.{20,}?) Input, for example: (.*)$/.exec(Comment) ?? [];

      const input = JSON.parse(example);
      assert.ok(sentence);
      const operation = operations.find((one) => one.name === name);
      if (operation) assert.deepEqual(z.safeParse(operation.inputSchema, input).error, undefined);
      // What the first state takes from its input is there.
      const { Type, Parameters = {}, OutputPath = '$' } = States[StartAt];
      const asked = JSON.stringify(Type === 'Pass' ? OutputPath : Parameters).matchAll(/(?<!\$)\$\.(\w+)/g);
      for (const [, key = ''] of operation ? [] : asked) assert.ok(Object.hasOwn(input, key), key);
    });
  }

  it('lead from the execution of an operation to its result and entry', () => {
    const comments = [...machinesOf(settings)].filter(([name]) => operations.some((one) => one.name === name));

    assert.equal(comments.length, operations.length);
    for (const [, { json }] of comments)
      assert.match(
        Object(json).Comment,
        /: its output is the result, its entry is in the table \S*Ledger\S* by the name/,
      );
  });
});

describe('the registry of the test events', () => {
  it('is made at a deployment by a function that may do that alone', () => {
    const policy = stack.one('AWS::IAM::Policy', 'TestEventsMakeRegistryRole').Properties;
    const actions = JSON.stringify(policy).match(/"[a-z]+:[A-Z]\w+"/g);

    assert.deepEqual(actions?.toSorted(), [
      '"logs:CreateLogStream"',
      '"logs:PutLogEvents"',
      '"schemas:CreateRegistry"',
      '"xray:PutTelemetryRecords"',
      '"xray:PutTraceSegments"',
    ]);
    assert.deepEqual(stack.idsOf('AWS::EventSchemas::Registry').length, 1);
    assert.equal(stack.one('Custom::TestEventRegistry').Properties['RegistryName'], 'lambda-testevent-schemas');
    const schemas = stack.template.findResources('AWS::EventSchemas::Schema', { Properties: { Type: 'OpenApi3' } });
    for (const { DependsOn } of Object.values(schemas)) assert.match(JSON.stringify(DependsOn), /TestEventsRegistry/);
  });

  /** Runs the code that stands in the template, with an SDK that answers so, for an event of CloudFormation. */
  async function run(RequestType: string, outcome: Error | undefined) {
    const asked: unknown[] = [];
    const { promise, resolve } = Promise.withResolvers<string>();
    const server = createServer(async (request, response) => {
      resolve(await text(request));
      response.end();
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = z.object({ port: z.number() }).parse(server.address());
    const sdk = {
      SchemasClient: class {
        async send(command: unknown) {
          asked.push(command);
          if (outcome) throw outcome;
        }
      },
      CreateRegistryCommand: class {
        constructor(input: object) {
          Object.assign(this, input);
        }
      },
    };
    const exports: { handler?: (event: object) => Promise<void> } = {};
    runInNewContext(MAKE_REGISTRY, { exports, require: () => sdk, fetch, console: { log: () => undefined } });
    const ids = { StackId: 's', RequestId: 'r', LogicalResourceId: 'l' };
    const ResponseURL = `http://127.0.0.1:${port}/`;
    await exports.handler?.({ RequestType, ResponseURL, ...ids, ResourceProperties: { RegistryName: 'tests' } });
    server.closeAllConnections();
    server.close();
    return { asked: JSON.stringify(asked), answer: JSON.parse(await promise) };
  }

  const conflict = Object.assign(new Error('it is there'), { name: 'ConflictException' });
  for (const [what, request, outcome, calls] of [
    ['is made', 'Create', undefined, 1],
    ['is left as it is where it is there', 'Create', conflict, 1],
    ['fails no deployment', 'Update', new Error('denied'), 1],
    ['is never deleted', 'Delete', undefined, 0],
  ] as const) {
    it(what, async () => {
      const { asked, answer } = await run(request, outcome);

      assert.equal(asked, calls === 1 ? '[{"RegistryName":"tests"}]' : '[]');
      assert.partialDeepStrictEqual(answer, {
        Status: 'SUCCESS',
        PhysicalResourceId: 'tests',
        StackId: 's',
        RequestId: 'r',
        LogicalResourceId: 'l',
      });
    });
  }
});

describe('descriptions', () => {
  it('are there for every function', () => {
    for (const id of stack.idsOf('AWS::Lambda::Function')) {
      assert.match(String(stack.resources.get(id)?.Properties['Description']), /^[A-Z].{15,}\.$/, id);
    }
  });
});
