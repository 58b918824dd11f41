package sluice.pppoe;

/** What a link has of one network protocol. */
enum NetworkUse {
    /** Nothing: it was never wanted, was refused, or has ended. */
    NONE,
    /** It is under negotiation, perhaps once more. */
    COMING,
    OPEN;

    static NetworkUse of(Layer<?> layer) {
        if (layer.isOpened()) {
            return OPEN;
        }
        return layer.state().isAlive() ? COMING : NONE;
    }
}
