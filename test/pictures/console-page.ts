/** What the console takes out of a widget's HTML ("Security and JavaScript", CloudWatch user guide, custom widgets). */
const REMOVED = [
  /<script\b[\s\S]*?<\/script\s*>/gi,
  /<\/?(?:script|iframe)\b[^>]*>/gi,
  /<use\b[^>]*>/gi,
  /\son\w+\s*=\s*"[^"]*"/gi,
];

/** About what the console's own style does to widgets that do not switch it off. */
const DEFAULTS = `table{border:1px solid #aaa;font-size:14px}td,th{padding:8px 20px;border:1px solid #aaa;background:#eee}
h2{font-size:20px;color:#555}button,.btn{background:#ec7211;color:#fff;border:0;padding:6px 20px}a{color:#07c;text-decoration:none}`;

/** The HTML that is left of a widget's answer by the rules of the console. */
export function byTheRules(html: string): string {
  return REMOVED.reduce((text, pattern) => text.replaceAll(pattern, ''), html);
}

/** A page around the widget as the console has it: no script runs, nothing is loaded, and its own style is there first. */
export function consolePage(html: string, theme: 'light' | 'dark', head = ''): string {
  const own = html.includes('cwdb-no-default-styles') ? '' : DEFAULTS;
  const background = theme === 'dark' ? '#0f141a' : '#f2f3f3';
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>widget</title>${head}
<style>body{margin:0;padding:12px;background:${background}}cwdb-action{display:none}.widget{position:relative}${own}</style></head>
<body><div class="widget${theme === 'dark' ? ' cwdb-theme-dark' : ''}">${byTheRules(html)}</div></body></html>`;
}

/** Lets nothing run and nothing load but styles within the page. */
export const NO_SCRIPT = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`;
