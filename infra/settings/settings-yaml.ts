import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml';
import type * as z from 'zod';
import { pathText, problemsOf } from '../../shared/schema-messages.ts';

/** One thing that is wrong with a settings file. */
export interface Problem {
  readonly line: number;
  readonly path: string;
  readonly message: string;
}

interface Yaml {
  readonly value: unknown;
  /** What is wrong with the YAML itself. */
  readonly problems: readonly Problem[];
  /** The lines and paths of what a schema found wrong with the value. */
  locate(issues: readonly z.core.$ZodIssue[]): readonly Problem[];
}

/** Parses YAML so that every later problem with its content can be given a line. */
export function parseYaml(text: string): Yaml {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const problems = [...document.errors, ...document.warnings].map(({ message, pos }) => ({
    line: lineCounter.linePos(pos[0]).line,
    path: '',
    message,
  }));
  if (problems.length > 0) return { value: undefined, problems, locate: () => [] };
  return {
    value: toValue(document, lineCounter, problems),
    problems,
    locate: (issues) =>
      problemsOf(issues)
        .map(({ path, message }) => ({
          line: lineCounter.linePos(offsetOf(document, path)).line,
          path: pathText(path),
          message,
        }))
        .sort((a, b) => a.line - b.line),
  };
}

function toValue(document: Document, lineCounter: LineCounter, problems: Problem[]): unknown {
  visit(document, {
    Pair(_, { key }) {
      // Schemas leave this key out without a word, wherever any key may stand.
      if (!isScalar(key) || key.value !== '__proto__') return;
      problems.push({ line: lineCounter.linePos(startOf(key) ?? 0).line, path: '__proto__', message: 'unknown key' });
    },
  });
  if (problems.length > 0) return undefined;
  try {
    const value: unknown = document.toJS();
    // Whatever is in the settings becomes JSON somewhere: an alias must not stand inside its own anchor.
    JSON.stringify(value);
    return value;
  } catch (error) {
    // Such an alias, one without its anchor, or one that grows without end.
    problems.push({ line: 1, path: '', message: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
}

/** Where the path's key stands, or the nearest thing around it that exists. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  let node = document.contents as unknown;
  let offset = startOf(node) ?? 0;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    const key = isMap(node)
      ? node.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === step)
      : undefined;
    const child = isMap(node) ? key?.value : isSeq(node) ? node.items[Number(step)] : undefined;
    const found = startOf(key?.key) ?? startOf(child);
    if (found === undefined) break;
    offset = found;
    node = child;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? (node as Node).range?.[0] : undefined;
}
