import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { awsRequestHandler } from '../http/aws-request-handler.ts';

let kept: SNSClient | undefined;

/** A message for a topic; `subject` is what e-mail shows, in ASCII and of 100 characters at most. */
export interface Message {
  topicArn: string;
  subject?: string | undefined;
  text: string;
}

export async function publish({ topicArn, subject, text }: Message): Promise<void> {
  kept ??= new SNSClient({ requestHandler: awsRequestHandler });
  await kept.send(
    new PublishCommand({
      TopicArn: topicArn,
      Message: text,
      ...(subject === undefined ? {} : { Subject: subject }),
    }),
  );
}
