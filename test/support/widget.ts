/** A button of the widget: what the console makes of a `cwdb-action` and the element before it. */
export interface WidgetButton {
  label: string;
  says: string;
  asks: string;
  endpoint: string;
  event: Record<string, unknown>;
}

const ENTITIES: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };

export function unescaped(text: string): string {
  return text.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity] ?? '');
}

/** The buttons of a page, in their order. */
export function buttonsIn(page: string): WidgetButton[] {
  const pattern =
    /<button type="button" class="btn" aria-label="([^"]*)">([^<]*)<\/button><cwdb-action action="call" display="popup" endpoint="([^"]*)" confirmation="([^"]*)">([^<]*)<\/cwdb-action>/g;
  return [...page.matchAll(pattern)].map(([, says = '', label = '', endpoint = '', asks = '', event = '']) => ({
    label,
    says: unescaped(says),
    asks: unescaped(asks),
    endpoint: unescaped(endpoint),
    event: JSON.parse(unescaped(event)),
  }));
}

/** The texts that a person sees or hears, without tags and style. */
export function textIn(page: string): string {
  return unescaped(
    page
      .replace(/<style>[\s\S]*?<\/style>/, '')
      .replaceAll(/<cwdb-action[\s\S]*?<\/cwdb-action>/g, '')
      .replaceAll(/<[^>]*>/g, ' '),
  ).replaceAll(/\s+/g, ' ');
}
