package sluice.pppoe;

import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/**
 * What surrounds a link in one step.
 *
 * @param random for magic numbers, identifiers and challenges; unpredictable
 * @param received packets that the data plane counted from the peer so far; empty while it carries none
 */
record LinkContext(LinkSettings settings, RandomGenerator random, OptionalLong received) {}
