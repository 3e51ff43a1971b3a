// FLV out of a WebSocket for mpegts.js. Its own loader throws into the void when a connection that is still being made is given up,
// and takes a refused one for the end of the stream.
import Mpegts from 'mpegts.js';

export class SocketLoader extends Mpegts.BaseLoader {
  #socket: WebSocket | null = null;
  #received = 0;

  constructor() {
    super('socket');
    this._needStash = true;
  }

  override open(source: { url: string }): void {
    this._status = Mpegts.LoaderStatus.kConnecting;
    const socket = (this.#socket = new WebSocket(source.url));
    socket.binaryType = 'arraybuffer';
    const isCurrent = (): boolean => this.#socket === socket;
    socket.onopen = () => {
      if (isCurrent()) this._status = Mpegts.LoaderStatus.kBuffering;
    };
    socket.onmessage = (event: MessageEvent<unknown>) => {
      if (!isCurrent() || !(event.data instanceof ArrayBuffer)) return;
      const begin = this.#received;
      this.#received += event.data.byteLength;
      this.onDataArrival(event.data, begin, this.#received);
    };
    // Told after an error, too, and by then with the code.
    socket.onclose = (event) => {
      if (!isCurrent()) return;
      this.#socket = null;
      if (this.#received > 0) {
        this._status = Mpegts.LoaderStatus.kComplete;
        this.onComplete(0, this.#received - 1);
      } else {
        this._status = Mpegts.LoaderStatus.kError;
        // The typings take the table of causes for a cause.
        const cause = Mpegts.LoaderErrors.EXCEPTION as unknown as Mpegts.LoaderErrors;
        this.onError(cause, { code: event.code, msg: event.reason || 'The WebSocket was refused.' });
      }
    };
  }

  override abort(): void {
    const socket = this.#socket;
    this.#socket = null;
    this._status = Mpegts.LoaderStatus.kComplete;
    socket?.close();
  }

  override destroy(): void {
    this.abort();
    super.destroy();
  }
}
