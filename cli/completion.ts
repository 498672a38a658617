import type { Command } from 'commander';
import { operations } from '../infra/operations.ts';
import { alternatives, shapeOf } from './key-values.ts';

export const SHELLS = ['bash', 'zsh'] as const;
export type Shell = (typeof SHELLS)[number];

/** Flags that a file follows. */
const FILE_FLAGS = '--input|--settings|--secrets';

/** What may follow one command. */
interface Completion {
  command: string;
  /** Whole words, and those that go on: `key=`. */
  words: string[];
  keys: string[];
}

/** A script that completes `cache-ops` in a shell: commands, flags, and of an input its keys and fixed values. */
export function completionScript(shell: Shell, program: Command): string {
  const names = [...program.commands.map((command) => command.name()), 'help'];
  const completions = program.commands.map(completionOf);
  return shell === 'bash' ? bashScript(names, completions) : zshScript(names, completions);
}

function completionOf(command: Command): Completion {
  const flags = command.options.flatMap(({ long }) => (long ? [long] : []));
  const schema = operations.find(({ name }) => name === command.name())?.inputSchema;
  const keys = Object.entries(schema ? shapeOf(schema) : {});
  const values = keys.flatMap(([key, of]) => {
    const inside = alternatives(of).find((one) => one._zod.def.type === 'boolean')
      ? ['true', 'false']
      : fixedValues(of);
    return inside.map((value) => `${key}=${value}`);
  });
  const shells = command.name() === 'completion' ? SHELLS : [];
  return {
    command: command.name(),
    words: [...values, ...shells, ...flags, '--help'],
    keys: keys.map(([key]) => `${key}=`),
  };
}

function fixedValues(of: Parameters<typeof alternatives>[0]): string[] {
  return alternatives(of).flatMap(({ _zod: { values = [] } }) => [...values].map(String));
}

function bashScript(names: readonly string[], completions: readonly Completion[]): string {
  const cases = completions.map(
    ({ command, words, keys }) => `    ${command}) words="${[...keys, ...words].join(' ')}" ;;`,
  );
  return `# Completes cache-ops in bash.
_cache_ops() {
  local line="\${COMP_LINE:0:COMP_POINT}" words=""
  local current="\${line##* }"
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then words="${names.join(' ')} --help"; fi
  case "\${COMP_WORDS[COMP_CWORD-1]}" in
    ${FILE_FLAGS}) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [ "\${#COMPREPLY[@]}" -eq 1 ] && [ "\${COMPREPLY[0]%=}" != "\${COMPREPLY[0]}" ]; then
    compopt -o nospace 2>/dev/null
  fi
  # bash completes what follows the last = alone.
  case "$current" in *=*) COMPREPLY=("\${COMPREPLY[@]#"\${current%=*}="}") ;; esac
}
complete -F _cache_ops cache-ops`;
}

function zshScript(names: readonly string[], completions: readonly Completion[]): string {
  const cases = completions.map(
    ({ command, words, keys }) =>
      `    ${command}) ${keys.length > 0 ? `compadd -S '' -- ${keys.join(' ')}; ` : ''}compadd -- ${words.join(' ')} ;;`,
  );
  return `#compdef cache-ops
# Completes cache-ops in zsh, after compinit.
_cache_ops() {
  if (( CURRENT == 2 )); then
    compadd -- ${names.join(' ')} --help
    return
  fi
  case "$words[CURRENT-1]" in
    ${FILE_FLAGS}) _files; return ;;
  esac
  case "$words[2]" in
${cases.join('\n')}
  esac
}
compdef _cache_ops cache-ops`;
}
