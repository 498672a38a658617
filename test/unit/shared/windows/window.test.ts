import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DAYS, type Window, windowAt } from '../../../../shared/windows/window.ts';

const NIGHTS: Window = { timezone: 'Europe/Paris', days: [...DAYS], from: '22:00', to: '04:00', except: [] };
const HOUR = 3_600_000;

/** How the window stands, its times as UTC. */
function stateAt(window: Window, time: string) {
  const { isOpen, closesAt, opensAt } = windowAt(window, Date.parse(time));
  const text = (at?: number) => (at === undefined ? undefined : new Date(at).toISOString().replace(':00.000Z', 'Z'));
  return [isOpen, text(closesAt), text(opensAt)];
}

/** How long the window that opens next is open. */
function hoursAfter(window: Window, time: string): number {
  const { opensAt = 0 } = windowAt(window, Date.parse(time));
  const { isOpen, closesAt = 0 } = windowAt(window, opensAt);
  assert.ok(isOpen);
  return (closesAt - opensAt) / HOUR;
}

describe('a window', () => {
  it('is open from its first moment on, and closed from its last', () => {
    const opening = [true, '2026-06-02T02:00Z', '2026-06-02T20:00Z'];

    assert.deepEqual(stateAt(NIGHTS, '2026-06-01T19:59:59.999Z'), [false, undefined, '2026-06-01T20:00Z']);
    assert.deepEqual(stateAt(NIGHTS, '2026-06-01T20:00:00Z'), opening);
    assert.deepEqual(stateAt(NIGHTS, '2026-06-02T01:59:59.999Z'), opening);
    assert.deepEqual(stateAt(NIGHTS, '2026-06-02T02:00:00Z'), [false, undefined, '2026-06-02T20:00Z']);
  });

  it('opens on its days only, and goes on into the next', () => {
    const window: Window = { ...NIGHTS, days: ['fri', 'sun'] };

    // 2026-06-05 is a Friday.
    assert.deepEqual(stateAt(window, '2026-06-05T10:00Z'), [false, undefined, '2026-06-05T20:00Z']);
    assert.deepEqual(stateAt(window, '2026-06-06T01:00Z'), [true, '2026-06-06T02:00Z', '2026-06-07T20:00Z']);
    assert.deepEqual(stateAt(window, '2026-06-06T21:00Z'), [false, undefined, '2026-06-07T20:00Z']);
  });

  it('does not open on a day that is excepted; the night before it goes on to its end', () => {
    const window = { ...NIGHTS, except: ['2026-06-02', '2026-06-03'] };

    assert.deepEqual(stateAt(window, '2026-06-01T23:00Z'), [true, '2026-06-02T02:00Z', '2026-06-04T20:00Z']);
    assert.deepEqual(stateAt(window, '2026-06-02T21:00Z'), [false, undefined, '2026-06-04T20:00Z']);
  });

  it('may lie within one day', () => {
    const noon: Window = { ...NIGHTS, from: '12:00', to: '13:30' };

    assert.deepEqual(stateAt(noon, '2026-06-01T11:00Z'), [true, '2026-06-01T11:30Z', '2026-06-02T10:00Z']);
  });

  it('that ends as it begins lasts a day, and day after day without a pause is open for ever', () => {
    const always: Window = { ...NIGHTS, from: '00:00', to: '00:00' };
    const weekend: Window = { ...always, days: ['sat', 'sun'] };

    assert.deepEqual(stateAt(always, '2026-06-01T11:00Z'), [true, undefined, undefined]);
    assert.deepEqual(stateAt(weekend, '2026-06-06T11:00Z'), [true, '2026-06-07T22:00Z', '2026-06-12T22:00Z']);
  });

  it('that opens on no day of the next year does not say when', () => {
    const never: Window = { ...NIGHTS, days: ['mon'], except: mondays() };

    assert.deepEqual(stateAt(never, '2026-06-01T10:00Z'), [false, undefined, undefined]);
  });
});

describe('a window, when the clock is changed', () => {
  it('is an hour shorter in spring and an hour longer in autumn', () => {
    assert.equal(hoursAfter(NIGHTS, '2027-03-26T12:00Z'), 6);
    assert.equal(hoursAfter(NIGHTS, '2027-03-27T12:00Z'), 5);
    assert.equal(hoursAfter(NIGHTS, '2026-10-24T12:00Z'), 7);
    assert.equal(hoursAfter(NIGHTS, '2026-10-25T12:00Z'), 6);
  });

  it('opens and closes later where its times do not exist', () => {
    assert.deepEqual(stateAt({ ...NIGHTS, from: '02:30', to: '05:00' }, '2027-03-28T00:00Z'), [
      false,
      undefined,
      '2027-03-28T01:30Z',
    ]);
    assert.deepEqual(stateAt({ ...NIGHTS, to: '02:30' }, '2027-03-28T00:00Z').slice(0, 2), [true, '2027-03-28T01:30Z']);
  });

  it('opens and closes at the first where its times are there twice', () => {
    assert.deepEqual(stateAt({ ...NIGHTS, from: '02:30', to: '05:00' }, '2026-10-25T00:00Z'), [
      false,
      undefined,
      '2026-10-25T00:30Z',
    ]);
    assert.deepEqual(stateAt({ ...NIGHTS, to: '02:30' }, '2026-10-25T00:00Z').slice(0, 2), [true, '2026-10-25T00:30Z']);
  });

  it('does not open on that day where both its times move to one moment', () => {
    const gone: Window = { ...NIGHTS, from: '02:00', to: '03:00' };

    assert.deepEqual(stateAt(gone, '2027-03-28T00:00Z'), [false, undefined, '2027-03-29T00:00Z']);
  });

  it('moves by half an hour on Lord Howe Island', () => {
    const howe: Window = { ...NIGHTS, timezone: 'Australia/Lord_Howe' };

    assert.equal(hoursAfter(howe, '2026-10-03T06:00Z'), 5.5);
    assert.equal(hoursAfter(howe, '2027-04-03T06:00Z'), 6.5);
  });
});

describe('windows through two years, hour by hour', () => {
  const windows: Window[] = [
    NIGHTS,
    { ...NIGHTS, timezone: 'America/New_York', days: ['mon', 'wed', 'sat'], from: '01:30', to: '01:15' },
    { ...NIGHTS, timezone: 'Australia/Lord_Howe', days: ['sun'], from: '02:15', to: '02:45', except: ['2026-12-27'] },
  ];
  for (const window of windows) {
    it(`agree with themselves in ${window.timezone}`, () => {
      const start = Date.parse('2026-01-01T00:07Z');
      for (let now = start; now < start + 2 * 365 * 24 * HOUR; now += 7 * HOUR) {
        const { isOpen, closesAt = 0, opensAt = 0 } = windowAt(window, now);
        assert.ok(!isOpen || (closesAt > now && !windowAt(window, closesAt).isOpen));
        assert.ok(opensAt > Math.max(now, closesAt) && windowAt(window, opensAt).isOpen);
        assert.ok(!windowAt(window, opensAt - 1).isOpen);
      }
    });
  }
});

function mondays(): string[] {
  return Array.from({ length: 60 }, (_, week) => new Date(Date.UTC(2026, 5, 1 + 7 * week)).toISOString().slice(0, 10));
}
