import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Metafile } from 'esbuild';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The licences of all packages of which something is in these bundles: they ask to be named where their code is handed on. */
export async function licencesOf(metafiles: readonly Metafile[]): Promise<string> {
  const files = metafiles.flatMap(({ outputs }) =>
    Object.values(outputs).flatMap(({ inputs }) =>
      Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
    ),
  );
  const folders = new Set(files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []));
  const licences = await Promise.all([...folders].sort().map(licenceOf));
  const texts = Map.groupBy(licences, ({ text }) => text);
  return [...texts]
    .map(([text, packages]) => `${packages.map(({ name }) => name).join('\n')}\n\n${text}`)
    .join(`\n${'-'.repeat(80)}\n\n`);
}

async function licenceOf(folder: string): Promise<{ name: string; text: string }> {
  const { name, version, license } = JSON.parse(await readFile(join(ROOT, folder, 'package.json'), 'utf8'));
  const file = (await readdir(join(ROOT, folder))).find((one) => /^(licen[cs]e|copying)/i.test(one));
  const text = file === undefined ? `${license}\n` : await readFile(join(ROOT, folder, file), 'utf8');
  return { name: `${name} ${version} (${license})`, text };
}
