import type { Command } from 'commander';
import { operations } from '../infra/operations.ts';
import { alternatives, shapeOf } from './key-values.ts';

export const SHELLS = ['bash', 'zsh'] as const;
export type Shell = (typeof SHELLS)[number];

/** What may follow one command. */
interface Completion {
  command: string;
  words: string[];
}

/** A script that completes `cache-ops` in a shell: commands, flags, and of an input its keys and fixed values. */
export function completionScript(shell: Shell, program: Command): string {
  const completions = program.commands.map((command) => ({ command: command.name(), words: wordsOf(command) }));
  const names = program.commands.map((command) => command.name());
  const script = bashScript(names, completions);
  // zsh runs bash's completions by a module of its own.
  return shell === 'bash' ? script : `autoload -U +X bashcompinit && bashcompinit\n${script}`;
}

function wordsOf(command: Command): string[] {
  const flags = command.options.flatMap(({ long }) => (long ? [long] : []));
  const schema = operations.find(({ name }) => name === command.name())?.inputSchema;
  const keys = Object.entries(schema ? shapeOf(schema) : {}).flatMap(([key, of]) => {
    const values = alternatives(of).flatMap(({ _zod: { values: fixed = [] } }) => [...fixed]);
    return [`${key}=`, ...values.map((value) => `${key}=${String(value)}`)];
  });
  const choices = command.registeredArguments.flatMap(({ description }) =>
    command.name() === 'completion' ? description.split(' or ') : [],
  );
  return [...keys, ...choices, ...flags, '--help'];
}

function bashScript(names: readonly string[], completions: readonly Completion[]): string {
  const cases = completions.map(({ command, words }) => `    ${command}) words="${words.join(' ')}" ;;`);
  return `# Completion of cache-ops. In bash: source <(cache-ops completion bash)
_cache_ops() {
  local line="\${COMP_LINE:0:COMP_POINT}" words
  local current="\${line##* }"
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    *) words="" ;;
  esac
  case "\${COMP_WORDS[COMP_CWORD-1]}" in
    --input|--settings|--secrets) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then words="${names.join(' ')} help --help"; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  # Readline completes what follows the last = alone.
  case "$current" in *=*) COMPREPLY=("\${COMPREPLY[@]#\${current%=*}=}") ;; esac
  case "\${COMPREPLY[*]}" in *=) compopt -o nospace 2>/dev/null ;; esac
}
complete -F _cache_ops cache-ops`;
}
