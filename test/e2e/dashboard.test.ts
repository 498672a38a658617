import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { startJobPlatform } from '../support/job-platform.ts';
import { buttonsIn, textIn, type WidgetButton } from '../support/widget.ts';

const TILES = 'manage-map-server-cache-tiles';
const CLEAR = 'clear-rest-cache';
const ALL = { inputService: 'Basemap.MapServer', updateMode: 'RECREATE_ALL_TILES' };

describe('the dashboard', () => {
  async function open(t: TestContext, settings: object = {}) {
    const platform = await startJobPlatform({ settings, emulator: { jobSeconds: 600 }, tells: true });
    t.after(() => platform.close());
    const { template, target, clock, ledger } = platform;
    const nameOf = (id: string) => template.functions.find(({ name }) => name.startsWith(`${id}Function`))?.name ?? '';
    const html = async (name: string, payload: object) => {
      const outcome = await platform.invoke(name, payload);
      assert.ok('payload' in outcome, JSON.stringify(outcome));
      return String(JSON.parse(outcome.payload));
    };
    const page = () =>
      html(nameOf('ShowRuns'), { widgetContext: { theme: 'light', timezone: { offsetISO: '+00:00' } } });
    return {
      platform,
      page,
      text: async () => textIn(await page()),
      /** As the console does it: by what stands in the page. */
      async press(chosen: (button: WidgetButton) => boolean) {
        const [button, ...others] = buttonsIn(await page()).filter(chosen);
        assert.ok(button !== undefined && others.length === 0, 'one button');
        return textIn(await html(button.endpoint, { ...button.event, widgetContext: { theme: 'light' } }));
      },
      tiles: (name: string, more: object = {}) => platform.start(TILES, { target, ...ALL, ...more }, name),
      entry: async (operation: string, name: string): Promise<Record<string, unknown>> =>
        (await ledger.get(operation, name)) ?? {},
      after: (seconds: number) => clock.after(seconds, () => undefined),
    };
  }

  it('stops a run, whose job is cancelled on the server', async (t) => {
    const { platform, text, press, tiles, entry, after } = await open(t);
    const run = tiles('mine');
    await after(120);
    assert.match(
      await text(),
      /manage-map-server-cache-tiles of target-\S+, Basemap\.MapServer mine since .* is at work/,
    );

    const said = await press(({ label }) => label === 'Stop');
    await platform.idle();

    assert.match(said, /manage-map-server-cache-tiles\/mine is stopped\./);
    assert.equal(run.status, 'ABORTED');
    assert.deepEqual(
      platform.emulator.jobs.list().map(({ status }) => status),
      ['esriJobCancelled'],
    );
    assert.equal((await entry(TILES, 'mine'))['status'], 'cancelled');
    assert.match(
      await text(),
      /Running Nothing runs\..* Last runs .*manage-map-server-cache-tiles target-\S+ Basemap\.MapServer .* cancelled /,
    );
  });

  it('pauses a target, so that nothing begins there, until it ends the pause', async (t) => {
    const { platform, text, press, entry, after } = await open(t);
    const { target } = platform;
    // A target is known by what ran there.
    const first = platform.start(CLEAR, { target }, 'first');
    await first.ended;
    await platform.idle();

    await press(({ event, label }) => event['target'] === target && label === 'Pause 12 h');
    await platform.idle();
    platform.start(CLEAR, { target }, 'kept');
    await after(60);
    const { status } = await entry(CLEAR, 'kept');
    assert.equal(status, 'paused');
    assert.match(
      await text(),
      /paused until .*: Paused from the dashboard\..* paused until .*\(in 11 h 59 min\): Paused from the dashboard\. Resume/,
    );

    await press(({ event, label }) => event['target'] === target && label === 'Resume');
    await platform.idle();

    const { status: end, submittingAt } = await entry(CLEAR, 'kept');
    assert.equal(end, 'succeeded');
    assert.ok(Date.parse(String(submittingAt)) < Date.parse('2026-01-01T12:00:00Z'));
    assert.doesNotMatch(await text(), /paused until/);
  });

  it('runs the rest of a plan that was stopped, once', async (t) => {
    const { platform, page, text, press, tiles, entry, after } = await open(t);
    tiles('nights', { plan: { maxTilesPerJob: 1 } });
    await after(900);
    assert.match(await text(), /nights since .* 1 of \d+ units done .*now: 1 unit/);
    await press(({ label }) => label === 'Stop');
    await platform.idle();
    const { plan } = await entry(TILES, 'nights');

    const rest = ({ label, event }: WidgetButton) => label === 'Run the rest' && event['run'] === `${TILES}/nights`;
    const again = buttonsIn(await page()).find(rest);
    const said = await press(rest);
    await after(60);
    // Who still has the old page before them presses it again.
    await platform.invoke(again?.endpoint ?? '', again?.event ?? {});
    assert.match(await text(), /its rest: rest-of-[0-9a-f]{16}/);
    assert.deepEqual(buttonsIn(await page()).filter(rest), []);
    await platform.idle();

    assert.match(said, /The rest of .*\/nights is started\./);
    const runs = (await platform.ledger.runs()).filter(({ parent }) => parent === undefined);
    assert.deepEqual(
      runs.map(({ status }) => status),
      ['cancelled', 'succeeded'],
    );
    const whole = JSON.parse(String(runs[1]?.['plan']));
    assert.deepEqual([whole.done, whole.failed, whole.units], [whole.units, 0, JSON.parse(String(plan)).units]);
    assert.match(await text(), /Last runs .*manage-map-server-cache-tiles target-\S+ Basemap\.MapServer .* succeeded /);
  });

  it('shows a run that failed with its error and what to do next, and no part of another run', async (t) => {
    const { platform, text } = await open(t);
    platform.setSecret({ password: 'not the right one' });

    const run = platform.start(
      CLEAR,
      { target: [platform.target, platform.newTarget({ vendor: 'arcgis' })] },
      'several',
    );
    await run.ended;
    await platform.idle();

    const shown = await text();
    assert.match(shown, /1 failure\./);
    assert.match(
      shown,
      /several log lines failed .* PartialFailureError: .* Next: Mend the causes in the results, then run what has failed again\./,
    );
  });
});
