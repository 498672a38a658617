import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { agentFor } from '../../../../shared/http/agents.ts';

const MOST = 10;
const manyOf = (word: string) =>
  Array.from({ length: MOST }, (_, index) => agentFor({ caCertificate: `${word}${index}` }));

describe('the connections that are kept', () => {
  it('are kept for all that is reached in the same way', () => {
    const access = { caCertificate: 'ca', httpsProxy: 'http://proxy.example.org:3128' };

    const agents = [agentFor(access), agentFor({ ...access }), agentFor(Object.assign({ password: 'other' }, access))];

    assert.equal(new Set(agents).size, 1);
  });

  it('are never used with other roots, another certificate, another key or another proxy', () => {
    const ways = [
      {},
      { caCertificate: 'x' },
      { clientCertificate: 'x' },
      { clientKey: 'x' },
      { httpsProxy: 'http://x' },
      { httpsProxy: 'http://svc:word@x' },
    ];

    const agents = ways.map(agentFor);

    assert.equal(new Set(agents).size, ways.length);
  });

  it('are closed when a rotated secret has left too many behind', () => {
    const rotated = manyOf('old');

    const fresh = manyOf('new');

    assert.deepEqual([...new Set(rotated.map(({ closed }) => closed))], [true]);
    assert.deepEqual([...new Set(fresh.map(({ closed }) => closed))], [false]);
  });

  it('are closed in the order in which they were last used', () => {
    const [first, second] = manyOf('a');
    agentFor({ caCertificate: 'a0' });

    agentFor({ caCertificate: 'one more' });

    assert.deepEqual([first?.closed, second?.closed], [false, true]);
  });
});
