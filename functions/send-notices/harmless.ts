const MAX_CHARACTERS = 1_500;
/** Line breaks, other control characters, and what turns the direction of writing. */
const ODD = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu;

function onOneLine(text: string): string {
  const line = text.replaceAll(ODD, ' ').trim();
  return line.length > MAX_CHARACTERS ? `${line.slice(0, MAX_CHARACTERS)} …` : line;
}

/** Names and messages come from servers: in a mail no line of their own, and no tag where a mail program shows HTML. */
export function forMail(text: string): string {
  return onOneLine(text).replaceAll('<', '‹').replaceAll('>', '›');
}

/** For chat as code, in which nothing is a link, a mention or a tag. Slack and Teams write `&`, `<` and `>` so. */
export function forChat(text: string): string {
  const escaped = escapedForChat(text.replaceAll('`', "'"));
  return escaped === '' ? '' : `\`${escaped}\``;
}

/** The same where no code may stand. */
export function forTitle(text: string): string {
  return escapedForChat(text.replaceAll(/[`*~[\]]/g, ' '));
}

function escapedForChat(text: string): string {
  return onOneLine(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const MAX_SUBJECT_CHARACTERS = 99;

/** "Publish" of the Amazon SNS API reference: ASCII, no line break, 100 characters at most. */
export function forSubject(text: string): string {
  return onOneLine(text)
    .replaceAll(/[^\x20-\x7e]/g, '?')
    .slice(0, MAX_SUBJECT_CHARACTERS);
}
