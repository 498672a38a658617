import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addressProblem } from '../../../../shared/http/address.ts';

describe('the address of a server', () => {
  const usable = [
    'https://gis.example.org',
    'https://gis.example.org/server',
    'https://gis.internal:6443/arcgis',
    'https://[2001:db8::1]/server',
    'http://localhost/arcgis',
    'http://LOCALHOST:6080/arcgis',
    'http://127.0.0.1:6080/arcgis',
    'http://127.255.255.254/arcgis',
    'http://[::1]:6080/arcgis',
  ];
  for (const address of usable) {
    it(`may be ${address}`, () => {
      const problem = addressProblem(address);

      assert.equal(problem, undefined);
    });
  }

  const plainHttp = [
    'http://gis.example.org/server',
    'http://128.0.0.1/arcgis',
    'http://10.0.0.1/arcgis',
    'http://0.0.0.0/arcgis',
    'http://[::]/arcgis',
    'http://[::2]/arcgis',
    'http://localhost.example.org/arcgis',
    'http://127.0.0.1.example.org/arcgis',
    'http://notlocalhost/arcgis',
  ];
  for (const address of plainHttp) {
    it(`may be ${address} only where allowHttp is true`, () => {
      const problems = [addressProblem(address), addressProblem(address, false), addressProblem(address, true)];

      assert.match(String(problems[0]), /plain http/);
      assert.match(String(problems[1]), /plain http/);
      assert.equal(problems[2], undefined);
    });
  }

  const unusable = [
    '',
    ' ',
    'gis.example.org/server',
    '//gis.example.org/server',
    'ftp://gis.example.org/server',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://',
    'https://svc@gis.example.org/server',
    'https://svc:hunter2@gis.example.org/server',
    'https://gis.example.org/server?token=x',
    'https://gis.example.org/server#top',
    'https://gis.example.org/server?',
    'https://gis.example.org/server#',
  ];
  for (const address of unusable) {
    it(`may never be ${JSON.stringify(address)}, and the problem does not repeat it`, () => {
      const problem = addressProblem(address, true);

      assert.notEqual(problem, undefined);
      assert.doesNotMatch(String(problem), /example|svc|hunter2|token/);
    });
  }
});
