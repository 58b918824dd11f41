package sluice.pppoe;

/** The actions of RFC 1661, 4.4, by the names of its table in lower case. */
enum AutomatonAction {
    /** This-Layer-Up. */
    TLU,
    /** This-Layer-Down. */
    TLD,
    /** This-Layer-Started: the lower layer is wanted. */
    TLS,
    /** This-Layer-Finished: the lower layer is not wanted any more. */
    TLF,
    /** Initialize-Restart-Count. */
    IRC,
    /** Zero-Restart-Count. */
    ZRC,
    /** Send-Configure-Request. */
    SCR,
    /** Send-Configure-Ack. */
    SCA,
    /** Send-Configure-Nak, or -Reject. */
    SCN,
    /** Send-Terminate-Request. */
    STR,
    /** Send-Terminate-Ack. */
    STA,
    /** Send-Code-Reject. */
    SCJ,
    /** Send-Echo-Reply. */
    SER
}
