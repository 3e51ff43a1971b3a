// The figures of a stream as the server pushes them (GET /api/ws, JSON in text messages). Who uses it asks by itself while this does not
// carry: before the first event, after a silence, where no WebSocket gets through, and where only a key or a token may see the stream.
import type { PlaybackStatistics } from '../api/types';

/** Of a WebSocket, what is used here. */
export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
  send(text: string): void;
  close(): void;
}

const kSilence = 4000; // the server tells each second
const kFirstRetry = 2000;
const kLongestRetry = 60_000;

export class FiguresPush {
  readonly #topic: string;
  readonly #connect: () => Socket;
  readonly #tell: (figures: PlaybackStatistics) => void;
  #socket: Socket | null = null;
  #heardAt = -Infinity;
  #retryAt = -Infinity;
  #failures = 0;
  #wasOnAir = false;
  /** There is a key or a token: "idle" may be all that everybody gets to know of a private stream. */
  hasSecret = false;

  constructor(name: string, connect: () => Socket, tell: (figures: PlaybackStatistics) => void) {
    this.#topic = `playback:${name}`;
    this.#connect = connect;
    this.#tell = tell;
  }

  /** Nobody needs to ask. */
  carries(now: number): boolean {
    return now - this.#heardAt < kSilence;
  }

  /** Opens where nothing is open and the last failure is long enough ago. */
  keep(now: number): void {
    if (this.#socket !== null || now < this.#retryAt) return;
    // Until it has told something this counts as a failure.
    this.#retryAt = now + Math.min(kLongestRetry, kFirstRetry * 2 ** this.#failures++);
    let socket: Socket;
    try {
      socket = this.#connect();
    } catch {
      return; // forbidden here: it is asked for instead
    }
    this.#socket = socket;
    const isCurrent = (): boolean => this.#socket === socket;
    socket.onopen = () => socket.send(JSON.stringify({ subscribe: { topic: this.#topic } }));
    socket.onmessage = (event) => {
      if (isCurrent()) this.#take(event.data);
    };
    // Told after an error, too.
    socket.onclose = () => {
      if (isCurrent()) this.close();
    };
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#heardAt = -Infinity;
    this.#wasOnAir = false;
    socket?.close();
  }

  #take(data: unknown): void {
    const figures = playbackIn(data, this.#topic);
    if (figures === null) return;
    this.#failures = 0;
    this.#retryAt = -Infinity;
    const onAir = figures.status !== 'idle';
    // Over, or deleted: whoever asks gets to know which.
    const doubtful = !onAir && (this.hasSecret || this.#wasOnAir);
    this.#wasOnAir = onAir;
    this.#heardAt = doubtful ? -Infinity : performance.now();
    if (!doubtful) this.#tell(figures);
  }
}

function playbackIn(data: unknown, topic: string): PlaybackStatistics | null {
  if (typeof data !== 'string') return null;
  try {
    const message = JSON.parse(data) as { event?: { topic?: unknown; playback?: PlaybackStatistics } };
    return message.event?.topic === topic ? (message.event.playback ?? null) : null;
  } catch {
    return null;
  }
}

export const connectToServer = (): Socket =>
  new WebSocket(`${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}/api/ws`) as unknown as Socket;
