/** A refusal by an AWS service, named as the service names it. */
export class ServiceError extends Error {
  constructor(code: string, message: string) {
    super(message);
    this.name = code;
  }
}
