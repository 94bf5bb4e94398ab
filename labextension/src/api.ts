/** The only module here that makes network calls: to our half in the learner's own Jupyter Server. */

import { EventSourceParserStream } from 'eventsource-parser/stream';

import type { ExerciseInfo, Progress, Submission, Summary } from './report';
import type { Choice, Decided, Update } from './updates';

/** Something stands in the way. `code` says what (words.ts has the sentence), `message` is the server's own, in English. */
export class Problem extends Error {
  constructor(
    readonly code: string,
    message = ''
  ) {
    super(message);
  }
}

/** A call below openjupyter/api/ with all that the server asks for, such as tokens against forged requests. */
export type Call = (path: string, init?: RequestInit) => Promise<Response>;

/** No sign of life for so long means that the connection is dead: the server sends one every 15 s. */
export const SILENCE_MS = 45_000;

const STOPPED = [424, 503];
const SIGNED_OUT = [401, 403];

export class Api {
  constructor(private readonly call: Call) {}

  /** The exercise of a notebook, or null, and one's submissions of it, newest first. */
  exercise(path: string): Promise<{ exercise: ExerciseInfo | null; submissions: Summary[] }> {
    return this.json(`exercise?path=${encodeURIComponent(path)}`);
  }

  /** Submit the notebook as it is on disk; the same `key` sent again never makes a second submission. */
  submit(path: string, key: string): Promise<Summary & { position?: number; again: boolean }> {
    return this.json('submissions', { method: 'POST', body: JSON.stringify({ path, key }) });
  }

  submission(id: string): Promise<Submission> {
    return this.json(`submissions/${id}`);
  }

  /** What a pull of the course did not take of this notebook and the files beside it. */
  updates(path: string): Promise<{ updates: Update[] }> {
    return this.json(`updates?path=${encodeURIComponent(path)}`);
  }

  /** Settle one of them. */
  decide(path: string, { file, key, digest }: Update, choice: Choice): Promise<Decided> {
    return this.json('updates', { method: 'POST', body: JSON.stringify({ path, file, key, digest, choice }) });
  }

  /** The notebook as it was submitted. */
  notebook(id: string): Promise<{ path: string; notebook: object }> {
    return this.json(`submissions/${id}/notebook`);
  }

  /** Steps of a grading until the connection ends, for whatever reason. */
  async *events(id: string, signal: AbortSignal): AsyncGenerator<Progress> {
    const silence = new AbortController();
    const cut = (): void => silence.abort();
    let timer = setTimeout(cut, SILENCE_MS);
    // A browser that knows it is offline need not wait for silence.
    globalThis.addEventListener?.('offline', cut);
    try {
      const answer = await this.answer(`submissions/${id}/events`, {
        signal: AbortSignal.any([signal, silence.signal])
      });
      const alive = new TransformStream<Uint8Array, Uint8Array>({
        transform: (chunk, controller) => {
          clearTimeout(timer);
          timer = setTimeout(cut, SILENCE_MS);
          controller.enqueue(chunk);
        }
      });
      const reader = answer
        .body!.pipeThrough(alive)
        .pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
        .pipeThrough(new EventSourceParserStream())
        .getReader();
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        yield JSON.parse(next.value.data) as Progress;
      }
    } catch (error) {
      throw error instanceof Problem ? error : new Problem('offline');
    } finally {
      clearTimeout(timer);
      globalThis.removeEventListener?.('offline', cut);
      silence.abort();
    }
  }

  private async json<T>(path: string, init?: RequestInit): Promise<T> {
    const answer = await this.answer(path, init);
    try {
      return (await answer.json()) as T;
    } catch {
      throw new Problem('offline');
    }
  }

  private async answer(path: string, init?: RequestInit): Promise<Response> {
    let answer: Response;
    try {
      answer = await this.call(path, init);
    } catch {
      throw new Problem('offline');
    }
    if (!answer.ok) {
      throw await refusal(answer);
    }
    return answer;
  }
}

/** What our server half says; an answer without a code is not of it, but of the hub or a proxy before it. */
async function refusal(answer: Response): Promise<Problem> {
  const said: unknown = await answer.json().catch(() => null);
  if (said && typeof said === 'object' && 'code' in said) {
    return new Problem(String(said.code), 'message' in said ? String(said.message) : '');
  }
  if (STOPPED.includes(answer.status)) {
    return new Problem('server-stopped');
  }
  return new Problem(SIGNED_OUT.includes(answer.status) ? 'signed-out' : 'fault');
}
