import assert from 'node:assert/strict';
import { it } from 'node:test';
import { nearest } from '../../../shared/near-words.ts';

const KEYS = ['target', 'inputService', 'updateMode', 'scales', 'url', 'token', 'caCertificate'];

for (const [word, meant] of [
  ['update_mode', 'updateMode'],
  ['Update Mode', 'updateMode'],
  ['INPUT-SERVICE', 'inputService'],
  ['scale', 'scales'],
  ['sclaes', 'scales'],
  ['tragte', 'target'],
  ['targets', 'target'],
  ['updatMod', 'updateMode'],
  ['ulr', 'url'],
  ['url', 'url'],
]) {
  it(`takes ${word} for ${meant}`, () => {
    assert.equal(nearest(String(word), KEYS), meant);
  });
}

for (const word of ['', 'arn', 'host', 'cert', 'updteMde2', 'x', '__proto__', 'constructor', 's'.repeat(1e6)]) {
  it(`takes ${word.slice(0, 20) || 'nothing'} for none of them`, () => {
    assert.equal(nearest(word, KEYS), undefined);
  });
}

it('chooses the nearest of several, and the first where two are as near', () => {
  assert.equal(nearest('cart', ['part', 'cards', 'cart.']), 'cart.');
  assert.equal(nearest('cart', ['dart', 'part']), 'dart');
});

it('counts as many mistakes as it is told', () => {
  assert.equal(nearest('caCertif', KEYS), undefined);
  assert.equal(nearest('caCertif', KEYS, 5), 'caCertificate');
  assert.equal(nearest('scale', KEYS, 0), undefined);
});
