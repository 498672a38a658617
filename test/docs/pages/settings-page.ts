import { settingsSchemaText } from '../../../infra/settings/settings-schema.ts';
import { generatedBy, markdownTable, page } from './markdown.ts';
import { COLUMNS, rowsOf, type Shape } from './schema-rows.ts';

/** The keys of the settings file. */
export function settingsPage(): string {
  const shape: Shape = JSON.parse(settingsSchemaText());
  return page(
    '# Settings',
    generatedBy('the settings schema in infra/settings'),
    [
      '`infra/settings.yaml`, or the file of `--settings`, says what is scheduled, where new rasters arrive and who is told.',
      'The file is checked before anything is synthesized: every problem is listed with its line.',
      'Each `input` is checked against its operation too: its keys are on the page of [inputs](inputs.md).',
      'In the shipped file every example can be taken by removing its `#`.',
      'Editors that know JSON Schema find `infra/settings/settings.schema.json`.',
      'Whole files are in [examples](../../examples/README.md).',
    ].join('\n'),
    markdownTable(COLUMNS, merged(rowsOf(withoutInputs(shape)))),
    [
      '- `name` stands before the names of state machines, schedule group, key alias and alarms, so that several stacks live side by side.',
      '- `rasters` are explained on the page of [refresh-service](../refresh-service.md#new-rasters-in-s3).',
      '- `events` take any EventBridge pattern. The run is named by the id of the event, so an event that comes twice starts one run.',
      '- `windows` close on the next day where `to` is at or before `from`. A time that the clock leaves out moves forward, one that it repeats counts from the first.',
      '- `network` is explained on the page of [network](../network.md), and `encryption` in the [security review](../security-review.md#encryption).',
      '- `tags`: put numbers in quotes.',
    ].join('\n'),
  );
}

/** A schedule is described once for each operation: what differs is the word of the operation. */
function merged(rows: readonly string[][]): string[][] {
  const byKey = Map.groupBy(rows, ([key]) => key);
  return [...byKey.values()].map(([first = [], ...more]) => {
    const types = [first, ...more].map(([, , type = '']) => type);
    return first.with(2, [...new Set(types)].join(', '));
  });
}

/** What an operation is given has a page of its own. */
function withoutInputs(shape: Shape): Shape {
  const properties = Object.entries(shape.properties ?? {}).map(([key, value]) => [
    key,
    key === 'input' || key === 'refresh' ? { ...value, properties: undefined } : withoutInputs(value),
  ]);
  return {
    ...shape,
    ...(shape.properties && { properties: Object.fromEntries(properties) }),
    ...(shape.items && { items: withoutInputs(shape.items) }),
    ...(shape.anyOf && { anyOf: shape.anyOf.map(withoutInputs) }),
  };
}
