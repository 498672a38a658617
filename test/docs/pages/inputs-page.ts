import { operations } from '../../../infra/operations.ts';
import { generatedBy, markdownTable, page } from './markdown.ts';
import { COLUMNS, rowsOf, shapeOf } from './schema-rows.ts';

/** The keys of every operation's input. */
export function inputsPage(): string {
  const sections = operations.flatMap(({ name, description, inputSchema }) => [
    `## ${name}`,
    `${description}\nExamples and rules: [${name}](../${name}.md).`,
    markdownTable(COLUMNS, rowsOf(shapeOf(inputSchema))),
  ]);
  return page(
    '# Inputs',
    generatedBy('the input schemas in functions'),
    'An input is a JSON object.\nUnknown keys are refused, so that a typo never widens what is cleared.\nNothing empty ever means "everything".',
    ...sections,
  );
}
