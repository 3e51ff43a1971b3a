// History routing: links inside the application change the page without loading it again.
import { routeOf, type Route } from './routes';

let route = $state.raw<Route>(routeOf(location.pathname));
let here = $state(location.pathname + location.search);

function look(): void {
  route = routeOf(location.pathname);
  here = location.pathname + location.search;
}

addEventListener('popstate', look);

export const router = {
  get route(): Route {
    return route;
  },
  /** The page with what it was asked for: where to come back to. */
  get here(): string {
    return here;
  },
  go(path: string): void {
    history.pushState(null, '', path);
    look();
    scrollTo(0, 0);
  },
  /** To a page in place of this one, which has done its work. */
  replace(path: string): void {
    history.replaceState(null, '', path);
    look();
    scrollTo(0, 0);
  },
  /** Takes a secret out of the address and the history. */
  forgetHash(): void {
    history.replaceState(null, '', location.pathname);
  },
};

/** For the root element: follows plain clicks on links to our own pages. */
export function followLinks(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element | null)?.closest('a');
  if (!link || link.target !== '' || link.hasAttribute('download') || link.origin !== location.origin || link.hash !== '') return;
  if (routeOf(link.pathname).page === 'missing') return;
  event.preventDefault();
  router.go(link.pathname + link.search);
}
