import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { readCommandLine } from '../../../cli/command-line.ts';
import { completionScript, type Shell } from '../../../cli/completion.ts';

function scriptFor(shell: Shell): string {
  const command = readCommandLine(['completion', shell], {});
  assert.equal(command.kind, 'completion');
  return completionScript(shell, Object(command).program);
}

/** What bash would offer after these words. */
function offered(line: string): string[] {
  // bash takes words apart at =.
  const words = line
    .replaceAll('=', ' = ')
    .split(/ +/)
    .map((word) => `'${word}'`);
  const script = `${scriptFor('bash')}
    COMP_LINE='${line}' COMP_POINT=${line.length} COMP_WORDS=(${words.join(' ')}) COMP_CWORD=${words.length - 1}
    _cache_ops; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
  assert.equal(stderr, '');
  return stdout
    .trim()
    .split('\n')
    .filter((word) => word !== '');
}

const withoutBash = spawnSync('bash', ['--version']).status === 0 ? false : 'needs bash';

describe('the completion for bash', { skip: withoutBash }, () => {
  const OFFERED: [line: string, words: string[]][] = [
    ['cache-ops ma', ['manage-map-server-cache-tiles']],
    ['cache-ops purge-microstrategy-caches --s', ['--secrets', '--settings', '--stack']],
    ['cache-ops manage-map-server-cache-tiles updateMode=RE', ['RECREATE_EMPTY_TILES', 'RECREATE_ALL_TILES']],
    ['cache-ops clear-rest-cache folder', ['folderName=']],
    ['cache-ops completion z', ['zsh']],
    ['cache-ops clear-rest-cache --input packa', ['package.json', 'package-lock.json']],
    ['cache-ops none x', []],
  ];
  for (const [line, words] of OFFERED) {
    it(`offers what may follow ${line}`, () => {
      assert.deepEqual(offered(line).toSorted(), words.toSorted());
    });
  }
});

describe('the completion for zsh', () => {
  it('names every command, and the flags and keys of each', () => {
    const script = scriptFor('zsh');

    assert.match(script, /^#compdef cache-ops\n/);
    assert.match(script, /compadd -- clear-rest-cache .* completion help --help\n/);
    assert.match(script, /^ {4}refresh-service\) compadd -S '' -- target= .*; compadd -- .*serviceType=MapServer/m);
    assert.match(script, /^ {4}stop\) compadd -- --stack --help ;;$/m);
  });
});
