/** Every address of the field app, so that none is typed twice. */
import { push, replace } from 'svelte-spa-router';

export type QueueTab = 'needs_you' | 'waiting' | 'drafts' | 'received';

export const paths = {
  today: () => '/',
  /** A draft, on the page that was open last. */
  open: (draft: string) => `/drafts/${draft}`,
  page: (draft: string, page: number) => `/drafts/${draft}/${page}`,
  saved: (referral: string) => `/saved/${referral}`,
  queue: (tab: QueueTab = 'waiting') => `/queue/${tab}`,
  referral: (referral: string) => `/referrals/${referral}`,
};

export const href = (path: string): string => `#${path}`;
export const go = (path: string): void => void push(path);
export const goInstead = (path: string): void => void replace(path);
