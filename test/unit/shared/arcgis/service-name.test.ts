import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  inputServiceSchema,
  nameSchema,
  serviceLabel,
  servicePath,
  serviceUrlParameter,
} from '../../../../shared/arcgis/service-name.ts';
import { BAD_NAMES, GOOD_NAMES } from '../../../support/names.ts';

const BASE = 'https://gis.example.org/server/rest/services/';
const NAMES_IN_A_RUN = 300;

/** Mostly what stands near the rules' edge: letters, separators, and what an address gives a meaning to. */
const anyText = fc.oneof(
  fc.string({
    unit: fc.constantFrom('a', 'é', '道', '7', '.', '..', ' ', '-', '_', '/', '%2e', '?', '#'),
    maxLength: 8,
  }),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.constantFrom(...GOOD_NAMES, ...BAD_NAMES),
);

describe('the name of a service', () => {
  const service = { folder: 'Cartes de base', name: 'Réseau.v2', type: 'MapServer' };

  it('is Folder/Name.Type for people', () => {
    const labels = [service, { name: 'Roads', type: 'ImageServer' }].map(serviceLabel);

    assert.deepEqual(labels, ['Cartes de base/Réseau.v2.MapServer', 'Roads.ImageServer']);
  });

  it('is Folder/Name:Type for the caching tools', () => {
    const parameters = [service, { name: 'Roads', type: 'ImageServer' }].map(serviceUrlParameter);

    assert.deepEqual(parameters, ['Cartes de base/Réseau.v2:MapServer', 'Roads:ImageServer']);
  });

  it('is Folder/Name/Type in an address, every segment encoded', () => {
    const paths = [service, { name: 'Roads', type: 'ImageServer' }].map(servicePath);

    assert.deepEqual(paths, ['Cartes%20de%20base/R%C3%A9seau.v2/MapServer', 'Roads/ImageServer']);
  });

  it('never changes the address around it, whatever name is accepted', () => {
    const accepted = anyText.filter((text) => nameSchema.safeParse(text).success);

    fc.assert(
      fc.property(accepted, accepted, (folder, name) => {
        const { origin, pathname, search, hash } = new URL(BASE + servicePath({ folder, name, type: 'MapServer' }));

        assert.deepEqual([origin, search, hash], ['https://gis.example.org', '', '']);
        assert.deepEqual(pathname.split('/').map(decodeURIComponent).slice(1), [
          ...['server', 'rest', 'services'],
          ...[folder, name, 'MapServer'],
        ]);
      }),
      { numRuns: NAMES_IN_A_RUN },
    );
  });

  it('is read back the same from every way to write it', () => {
    const accepted = anyText.filter((text) => nameSchema.safeParse(text).success);

    fc.assert(
      fc.property(accepted, accepted, fc.constantFrom('.', '/', ':'), (folder, name, separator) => {
        const text = `${folder}/${name}${separator}ImageServer`;

        assert.deepEqual(inputServiceSchema.parse(text), { folder, name, type: 'ImageServer', text });
      }),
    );
  });

  it('holds no control character, no separator and nothing else than its own characters', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const isAccepted = nameSchema.safeParse(text).success;

        assert.ok(!isAccepted || /^[\p{L}\p{M}\p{Nd}_\-. ]+$/u.test(text));
        assert.ok(!isAccepted || (!text.includes('..') && text.trim() === text && text !== ''));
      }),
      { numRuns: NAMES_IN_A_RUN },
    );
  });
});
