//! The guards: changes that a run must allow. Each file says where its guard is decided.

mod cam_080;
mod kw_101;
mod kw_102;
mod kw_103;
mod kw_104;
mod kw_105;
mod kw_106;
mod kw_107;
mod kw_108;
mod kw_109;
mod kw_110;
mod kw_111;
mod kw_112;
mod kw_122;
mod kw_123;
mod kw_124;
mod kw_125;
mod kw_126;
mod kw_127;
mod kw_128;
mod kw_129;
mod kw_134;
mod kw_140;
mod kw_144;
mod kw_145;
mod kw_146;
mod kw_147;
mod kw_148;
mod kw_149;
mod kw_176;
mod mft_030;
mod mft_037;
mod mft_040;
mod mft_044;
mod mft_045;

rules! {
    cam_080::CAM_080, kw_101::KW_101, kw_102::KW_102, kw_103::KW_103, kw_104::KW_104, kw_105::KW_105, kw_106::KW_106,
    kw_107::KW_107, kw_108::KW_108, kw_109::KW_109, kw_110::KW_110, kw_111::KW_111, kw_112::KW_112,
    kw_122::KW_122, kw_123::KW_123,
    kw_124::KW_124, kw_125::KW_125, kw_126::KW_126, kw_127::KW_127, kw_128::KW_128, kw_129::KW_129, kw_134::KW_134,
    kw_140::KW_140, kw_144::KW_144,
    kw_145::KW_145, kw_146::KW_146, kw_147::KW_147, kw_148::KW_148, kw_149::KW_149, kw_176::KW_176,
    mft_030::MFT_030, mft_037::MFT_037, mft_040::MFT_040, mft_044::MFT_044, mft_045::MFT_045
}
