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
import { withoutColon, yamlMistakes } from './yaml-mistakes.ts';

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
  const document = parseDocument(text, { lineCounter, prettyErrors: false, logLevel: 'error' });
  const problems: Problem[] = yamlMistakes(text, [...document.errors, ...document.warnings]).map((mistake) => ({
    ...mistake,
    path: '',
  }));
  if (problems.length > 0) return { value: undefined, problems, locate: () => [] };
  const value = toValue(document, lineCounter, problems);
  if (typeof value === 'string') problems.push({ line: 1, path: '', message: withoutColon(value) });
  return {
    value,
    problems,
    locate: (issues) =>
      problemsOf(issues)
        .map(({ path, message }) => ({
          line: lineCounter.linePos(offsetOf(document, path)).line,
          path: pathText(path),
          message: hintAt(value, path) ?? message,
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
    const message = error instanceof Error ? error.message : String(error);
    problems.push(unresolvedAlias(document, lineCounter) ?? { line: 1, path: '', message });
    return undefined;
  }
}

/** A star at the start of a value means another place of the file; most people did not mean that. */
function unresolvedAlias(document: Document, lineCounter: LineCounter): Problem | undefined {
  const anchors = new Set<string>();
  const aliases: { source: string; offset: number }[] = [];
  visit(document, {
    Node(_, node) {
      if (isAlias(node)) aliases.push({ source: node.source, offset: startOf(node) ?? 0 });
      else if (node.anchor !== undefined) anchors.add(node.anchor);
    },
  });
  const unresolved = aliases.find(({ source }) => !anchors.has(source));
  if (unresolved === undefined) return undefined;
  const { line } = lineCounter.linePos(unresolved.offset);
  return { line, path: '', message: `has the value *${unresolved.source}, which begins with *: put it in quotes` };
}

/** What people write without meaning it, where the schema would only say that it does not fit. */
function hintAt(value: unknown, path: readonly PropertyKey[]): string | undefined {
  const [, key] = /^([\w.-]+):\S/.exec(String(path.at(-1) ?? '')) ?? [];
  if (key !== undefined) return `has no space after the colon of ${key}`;
  const isEmpty = path.length > 0 && path.reduce((inner, step) => Object(inner)[step], value) === null;
  return isEmpty ? 'has nothing behind it: fill it in, or leave it out' : undefined;
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
