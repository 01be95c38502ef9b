import type { RouteDefinition } from 'svelte-spa-router';
import DraftView from './views/DraftView.svelte';
import QueueView from './views/QueueView.svelte';
import ReferralView from './views/ReferralView.svelte';
import SavedView from './views/SavedView.svelte';
import TodayView from './views/TodayView.svelte';

export const routes: RouteDefinition = {
  '/': TodayView,
  '/drafts/:draft/:page?': DraftView,
  '/saved/:referral': SavedView,
  '/queue/:tab?': QueueView,
  '/referrals/:referral': ReferralView,
  '*': TodayView,
};
