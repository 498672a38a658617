import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { endOfWork, paceOf, secondsOf } from '../../../../functions/next-unit/estimate.ts';
import { openingFor } from '../../../../functions/next-unit/opening.ts';
import { allowedFailures } from '../../../../functions/next-unit/plan.ts';
import type { Window } from '../../../../shared/windows/window.ts';

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const nights: Window = { timezone: 'Europe/Paris', days, from: '22:00', to: '04:00', except: [] };
const at = (text: string) => Date.parse(text);

describe('how long units take', () => {
  it('is not known before one was measured', () => {
    assert.equal(paceOf([]), undefined);
  });

  for (const [what, measured, work, seconds] of [
    [
      'a constant and so much for each tile',
      [
        [100, 200],
        [300, 400],
        [200, 300],
      ],
      { tiles: 1000, jobs: 2 },
      1200,
    ],
    [
      'as long as the others where all have the same size',
      [
        [100, 200],
        [100, 400],
      ],
      { tiles: 100, jobs: 3 },
      900,
    ],
    [
      'never less for more tiles',
      [
        [100, 400],
        [200, 300],
      ],
      { tiles: 1000, jobs: 1 },
      350,
    ],
    [
      'never more than in proportion',
      [
        [100, 100],
        [200, 400],
      ],
      { tiles: 300, jobs: 1 },
      500,
    ],
  ] as const) {
    it(`is ${what}`, () => {
      const pace = paceOf(measured);

      assert.equal(pace && Math.round(secondsOf(pace, work)), seconds);
    });
  }

  it('ends where all of it fits into the windows', () => {
    const hours = 20 * 3600;
    for (const [from, until] of [
      // Five nights, the first from midnight on; each is six hours long.
      ['2026-01-01T23:00:00Z', '2026-01-05T01:00:00.000Z'],
      // The night of the spring change has five hours, that of the autumn seven.
      ['2027-03-26T21:00:00Z', '2027-03-29T23:00:00.000Z'],
      ['2026-10-23T20:00:00Z', '2026-10-26T22:00:00.000Z'],
    ] as const) {
      assert.equal(new Date(endOfWork(nights, at(from), hours) ?? 0).toISOString(), until, from);
    }
    assert.equal(endOfWork(undefined, 0, 5), 5000);
    assert.equal(endOfWork({ ...nights, days: [] }, 0, 5), undefined);
  });
});

describe('whether a unit may start', () => {
  const HOUR = 3600;
  for (const [when, seconds, opens] of [
    ['2026-01-01T20:59:59Z', undefined, false],
    ['2026-01-01T21:00:00Z', undefined, true],
    ['2026-01-02T02:59:30Z', undefined, false],
    ['2026-01-02T02:00:00Z', HOUR - 1, true],
    ['2026-01-02T02:00:00Z', HOUR + 1, false],
    // Longer than any window: it starts with one, and with no other.
    ['2026-01-01T21:10:00Z', 7 * HOUR, true],
    ['2026-01-01T22:00:00Z', 7 * HOUR, false],
  ] as const) {
    it(`is ${opens} at ${when} where it takes ${seconds} s`, () => {
      const opening = openingFor(nights, at(when), seconds);

      assert.equal(opening.opens, opens);
      if (opening.opens) assert.equal(opening.until, at('2026-01-02T03:00:00Z'));
      else assert.ok([at('2026-01-01T21:00:00Z'), at('2026-01-02T21:00:00Z')].includes(opening.at));
    });
  }

  it('is always so without a window', () => {
    assert.deepEqual(openingFor(undefined, 0, 1e9), { opens: true, hadAll: true });
  });
});

describe('how many units may fail', () => {
  for (const [allowed, units, count] of [
    [undefined, 100, 0],
    [3, 100, 3],
    ['2%', 100, 2],
    ['2%', 149, 2],
    ['2%', 49, 0],
    ['0.5%', 1000, 5],
    ['29%', 100, 29],
    ['100%', 7, 7],
  ] as const) {
    it(`is ${count} of ${units} for ${JSON.stringify(allowed)}`, () => {
      assert.equal(allowedFailures(allowed === undefined ? {} : { allowedFailures: allowed }, units), count);
    });
  }
});
