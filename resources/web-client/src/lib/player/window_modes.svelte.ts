// Full screen and picture in picture, in the dialects of the browsers.

type AppleVideo = HTMLVideoElement & {
  webkitEnterFullscreen?: () => void;
  webkitSupportsPresentationMode?: (mode: string) => boolean;
  webkitSetPresentationMode?: (mode: string) => void;
  webkitPresentationMode?: string;
};

export class WindowModes {
  fullscreen = $state(false);
  pip = $state(false);
  readonly canFullscreen: boolean;
  readonly canPip: boolean;

  #video: AppleVideo;
  #forget: (() => void)[] = [];

  constructor(
    private readonly frame: HTMLElement,
    video: HTMLVideoElement,
  ) {
    this.#video = video;
    this.canFullscreen = document.fullscreenEnabled || this.#video.webkitEnterFullscreen !== undefined;
    this.canPip = document.pictureInPictureEnabled === true || this.#video.webkitSupportsPresentationMode?.('picture-in-picture') === true;
    this.#listen(document, 'fullscreenchange', () => (this.fullscreen = document.fullscreenElement === frame));
    this.#listen(video, 'enterpictureinpicture', () => (this.pip = true));
    this.#listen(video, 'leavepictureinpicture', () => (this.pip = false));
  }

  // A refusal by the browser (no gesture, no metadata yet) needs no word: nothing changed.
  toggleFullscreen(): void {
    if (document.fullscreenElement !== null) void document.exitFullscreen().catch(() => undefined);
    else if (document.fullscreenEnabled) void this.frame.requestFullscreen().catch(() => undefined);
    else this.#video.webkitEnterFullscreen?.();
  }

  togglePip(): void {
    if (document.pictureInPictureElement) void document.exitPictureInPicture().catch(() => undefined);
    else if (document.pictureInPictureEnabled) void this.#video.requestPictureInPicture().catch(() => undefined);
    else {
      const on = this.#video.webkitPresentationMode === 'picture-in-picture';
      this.#video.webkitSetPresentationMode?.(on ? 'inline' : 'picture-in-picture');
    }
  }

  close(): void {
    for (const forget of this.#forget) forget();
  }

  #listen(target: EventTarget, name: string, listener: () => void): void {
    target.addEventListener(name, listener);
    this.#forget.push(() => target.removeEventListener(name, listener));
  }
}
