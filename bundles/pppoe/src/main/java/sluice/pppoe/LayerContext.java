package sluice.pppoe;

import java.util.random.RandomGenerator;

/**
 * What surrounds one control protocol in one step.
 *
 * @param informationMax largest information of a frame to the peer, bytes; a reject is cut to it
 */
record LayerContext(LinkSettings settings, RandomGenerator random, int informationMax) {}
