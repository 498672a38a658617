import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { machinesPageFile, machinesPageText } from '../../infra/machines/machines-page.ts';
import { machinesOf, OPERATIONS, required } from './machines.ts';

const SCHEDULE = { name: 'daily', operation: 'clear-rest-cache', expression: 'rate(1 day)', input: { target: 'gis' } };
const RASTERS = { refresh: { target: 'gis', serviceName: 'A', serviceType: 'ImageServer' } };
const EVENT = {
  name: 'load',
  pattern: { source: ['aws.glue'] },
  operation: 'clear-rest-cache',
  input: { target: 'gis' },
};
const EDGE = { target: 'gis', service: 'A.MapServer', cloudFront: { distributionId: 'E1', paths: ['/*'] } };
const page = readFileSync(machinesPageFile, 'utf8');

describe('the page of the state machines', () => {
  it('is what the definitions would make', () => {
    assert.equal(page, machinesPageText(), 'run: npm run docs:machines');
  });

  it('shows every machine, with every state and every way from one to another', () => {
    const machines = machinesOf({ schedules: [SCHEDULE], events: [EVENT], rasters: [RASTERS], edges: [EDGE] });
    const drawings = new Map(
      [...page.matchAll(/^## (\S+)\n[\s\S]*?```mermaid\n([\s\S]*?)```/gm)].map(([, name = '', text = '']) => [
        name,
        text,
      ]),
    );

    const names = [...machines.keys()].map((name) => (OPERATIONS.includes(name) ? 'run' : name));
    assert.deepEqual([...drawings.keys()].toSorted(), [...new Set(names)].toSorted());
    for (const [name, machine] of machines) {
      const text = required(drawings, OPERATIONS.includes(name) ? 'run' : name);
      const ids = new Map([...text.matchAll(/^ *(s\d+)\W+"([^"<]+)/gm)].map(([, id = '', state = '']) => [state, id]));
      const drawn = new Set(
        [...text.matchAll(/^ *(s\d+) -.*> ?(?:\|[^|]*\| )?(s\d+)$/gm)].map(([, from, to]) => `${from} ${to}`),
      );
      const ways = [...machine.states].flatMap(([state, { Next, Default, Choices, Catch }]) =>
        [Next, Default, ...[...Choices, ...Catch].map((rule) => rule.Next)]
          .filter((next) => next !== undefined)
          .map((next) => `${ids.get(state)} ${ids.get(next)}`),
      );

      assert.deepEqual([...ids.keys()], [...machine.states.keys()]);
      assert.deepEqual([...drawn].toSorted(), [...new Set(ways)].toSorted());
    }
  });

  it('leads from the README to where it is decided whether a run may start, and to nothing that is not there', () => {
    const readme = readFileSync('README.md', 'utf8');
    const links = [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, link = '']) => link);

    assert.match(readme, /\]\(docs\/machines\.md\)/);
    assert.match(page, /May this run start.*\]\(\.\.\/functions\/take-turn\/operation\.ts\)/);
    for (const link of links)
      assert.ok(existsSync(fileURLToPath(new URL(`../../docs/${link}`, import.meta.url))), link);
  });
});
