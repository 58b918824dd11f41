package sluice.coa;

import sluice.session.api.SessionQuery;

/**
 * A request that was understood.
 *
 * @param query which session
 * @param demand what is to be done with it
 */
record SessionRequest(SessionQuery query, Demand demand) {}
