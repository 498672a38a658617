import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from './state-folder.ts';

/** What was published on a topic. */
export interface Published {
  topicArn: string;
  subject?: string | undefined;
  message: string;
}

/** Where what is published on topics ends on this machine: a folder with one text for each. */
export class MailBox {
  readonly directory: string;
  readonly published: Published[] = [];

  constructor(directory = join(cacheFolder(), 'mails', new Date().toISOString().replaceAll(':', '-'))) {
    this.directory = directory;
  }

  async take(published: Published): Promise<void> {
    this.published.push(published);
    const { topicArn, subject, message } = published;
    await mkdir(this.directory, { recursive: true });
    const kind = subject === undefined ? 'chat' : 'mail';
    const name = `${String(this.published.length).padStart(3, '0')}-${kind}.txt`;
    const head = [`To: ${topicArn}`, ...(subject === undefined ? [] : [`Subject: ${subject}`])];
    await writeFile(join(this.directory, name), `${head.join('\n')}\n\n${message}`);
  }
}
